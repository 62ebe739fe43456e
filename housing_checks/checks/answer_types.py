"""What an item can be answered with, and how each answer counts at the gate."""

from __future__ import annotations

from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, Literal

from pydantic import field_validator

from discharge.values import AnswerCode, Frozen, YesNoUnknown

AnswerType = Literal["yes-no", "choice", "open-choice", "number", "date", "text"]

NOT_APPLICABLE = "not-applicable"
WRITTEN = "written"
"""The code of an answer in words: they stand in a note beside it, which can be hidden and erased."""

IN_WORDS: frozenset[AnswerType] = frozenset({"open-choice", "text"})
"""The types that take an answer in words."""

YES_NO = (("yes", "Yes"), ("no", "No"))
UNKNOWN = ("unknown", "Not known")
DOES_NOT_APPLY = (NOT_APPLICABLE, "Does not apply")
OTHER_WORDS = (WRITTEN, "Other, in words")


class Option(Frozen):
    """One answer of a choice, in words; `gate` says how it counts at the gate."""

    code: AnswerCode
    words: str
    gate: YesNoUnknown = "yes"

    @field_validator("gate", mode="before")
    @classmethod
    def _as_word(cls, written: Any) -> Any:
        """YAML reads yes and no as truth values."""
        return {True: "yes", False: "no"}.get(written, written)


class Numbers(Frozen):
    """Which numbers an item takes, in which unit, and which of them are safe."""

    unit: str
    least: Decimal = Decimal(0)
    most: Decimal | None = None
    safe_from: Decimal | None = None
    safe_to: Decimal | None = None

    def takes(self, text: str) -> bool:
        """Whether this is a number within the limits."""
        number = _number(text)
        return number is not None and self.least <= number and (self.most is None or number <= self.most)

    def safe(self, text: str) -> bool:
        """Whether a number that it takes is safe."""
        number = _number(text) or Decimal(0)
        above = self.safe_from is None or number >= self.safe_from
        return above and (self.safe_to is None or number <= self.safe_to)


def _number(text: str) -> Decimal | None:
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def is_day(text: str) -> bool:
    """Whether this is a day, written as 2026-04-01."""
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
