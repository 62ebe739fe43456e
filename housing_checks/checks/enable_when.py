"""When an item is asked at all, or is gated: conditions over earlier answers, with the semantics of a FHIR
Questionnaire, and over facts of the case.

An item without an answer, or whose own condition does not hold, meets no condition but "is not answered".
Of a fact that nobody knows every condition holds: what is not known is asked.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Set
from datetime import date
from decimal import Decimal, InvalidOperation
from operator import ge, gt, le, lt
from typing import Annotated, Any, Literal

from pydantic import Discriminator, Tag, field_validator, model_validator

from discharge.values import AnswerCode, Frozen, YesNoUnknown

Operator = Literal["=", "!=", ">", "<", ">=", "<=", "exists"]
Facts = Mapping[str, YesNoUnknown]
"""Facts of a case, by name; one that is missing is not known."""

_COMPARED: Mapping[str, Callable[[Any, Any], bool]] = {">": gt, "<": lt, ">=": ge, "<=": le}


def as_text(written: Any) -> Any:
    """YAML reads yes and no as truth values, 3 as a number and 2026-04-01 as a day."""
    if isinstance(written, bool):
        return "yes" if written else "no"
    return str(written) if isinstance(written, int | float | date) else written


class AnswerIs(Frozen):
    """One condition: an earlier item, and how its answer compares. `exists` asks whether it was answered."""

    item: str
    operator: Operator = "="
    answer: AnswerCode

    _as_text = field_validator("answer", mode="before")(as_text)

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


class FactIs(Frozen):
    """One condition: a fact of the case, or what an earlier answer tells of it. It holds unless the fact is
    known to be otherwise.
    """

    fact: str
    answer: Literal["yes", "no"] = "yes"

    _as_text = field_validator("answer", mode="before")(as_text)

    def holds(self, facts: Facts, awaited: Set[str] = frozenset()) -> bool:
        """Whether it holds; of what is `awaited` from an answer that is still to come it does not."""
        known = facts.get(self.fact, "unknown")
        return known == self.answer or (known == "unknown" and self.fact not in awaited)


def _which(written: Any) -> str:
    named = written if isinstance(written, Mapping) else getattr(written, "model_fields_set", ())
    return "FactIs" if "fact" in named else "AnswerIs"


Condition = Annotated[
    Annotated[AnswerIs, Tag("AnswerIs")] | Annotated[FactIs, Tag("FactIs")], Discriminator(_which)
]


class EnableWhen(Frozen):
    """When an item is asked: where all of its conditions hold, and one of `any` where it has such."""

    all: tuple[Condition, ...] = ()
    any: tuple[Condition, ...] = ()

    @model_validator(mode="after")
    def _one_at_least(self) -> EnableWhen:
        if not self.all and not self.any:
            raise ValueError("says neither all nor any: give one of them, or both")
        return self

    @property
    def conditions(self) -> tuple[AnswerIs | FactIs, ...]:
        """Every condition."""
        return (*self.all, *self.any)

    @property
    def facts(self) -> frozenset[str]:
        """The facts of the case that it depends on."""
        return frozenset(each.fact for each in self.conditions if isinstance(each, FactIs))

    def holds(
        self, values: Mapping[str, str], facts: Facts | None = None, awaited: Set[str] = frozenset()
    ) -> bool:
        """Whether the item is asked, given the answers to earlier items and the facts of the case."""
        known = facts or {}
        for each in self.all:
            if not _held(each, values, known, awaited):
                return False
        return not self.any or any(_held(each, values, known, awaited) for each in self.any)

    def known(self, values: Mapping[str, str], facts: Facts) -> bool:
        """Whether it is known to hold: of a fact that nobody knows, no condition does."""
        return self.holds(
            values, facts, {each for each in self.facts if facts.get(each) in (None, "unknown")}
        )


def _held(each: AnswerIs | FactIs, values: Mapping[str, str], facts: Facts, awaited: Set[str]) -> bool:
    return each.holds(facts, awaited) if isinstance(each, FactIs) else each.holds(values)


def _measure(text: str) -> Decimal | date | None:
    """A number or a day as something to compare; None for what is neither."""
    try:
        return date.fromisoformat(text) if text.count("-") == 2 else Decimal(text)
    except (ValueError, InvalidOperation):
        return None
