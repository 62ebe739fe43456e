"""When an item is asked at all: conditions over earlier answers, with the semantics of a FHIR Questionnaire.

An item without an answer, or whose own condition does not hold, meets no condition but "is not answered".
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from operator import ge, gt, le, lt
from typing import Any, Literal

from pydantic import field_validator, model_validator

from discharge.values import AnswerCode, Frozen

Operator = Literal["=", "!=", ">", "<", ">=", "<=", "exists"]

_COMPARED: Mapping[str, Callable[[Any, Any], bool]] = {">": gt, "<": lt, ">=": ge, "<=": le}


class AnswerIs(Frozen):
    """One condition: an earlier item, and how its answer compares. `exists` asks whether it was answered."""

    item: str
    operator: Operator = "="
    answer: AnswerCode

    @field_validator("answer", mode="before")
    @classmethod
    def _as_text(cls, written: Any) -> Any:
        """YAML reads yes and no as truth values, 3 as a number and 2026-04-01 as a day."""
        if isinstance(written, bool):
            return "yes" if written else "no"
        return str(written) if isinstance(written, int | float | date) else written

    def holds(self, values: Mapping[str, str]) -> bool:
        """Whether it holds for the answers given so far."""
        given = values.get(self.item)
        if self.operator == "exists":
            return (given is not None) == (self.answer == "yes")
        if given is None:
            return False
        if self.operator in ("=", "!="):
            return (given == self.answer) == (self.operator == "=")
        left, right = _measure(given), _measure(self.answer)
        return type(left) is type(right) and left is not None and _COMPARED[self.operator](left, right)


class EnableWhen(Frozen):
    """When an item is asked: where all of its conditions hold, or any of them."""

    all: tuple[AnswerIs, ...] = ()
    any: tuple[AnswerIs, ...] = ()

    @model_validator(mode="after")
    def _one_of_both(self) -> EnableWhen:
        if bool(self.all) == bool(self.any):
            raise ValueError("says neither all nor any, or both: give one of them")
        return self

    @property
    def conditions(self) -> tuple[AnswerIs, ...]:
        """Every condition."""
        return self.all or self.any

    def holds(self, values: Mapping[str, str]) -> bool:
        """Whether the item is asked, given the answers to earlier items."""
        held = (each.holds(values) for each in self.conditions)
        return all(held) if self.all else any(held)


def _measure(text: str) -> Decimal | date | None:
    """A number or a day as something to compare; None for what is neither."""
    try:
        return date.fromisoformat(text) if text.count("-") == 2 else Decimal(text)
    except (ValueError, InvalidOperation):
        return None
