"""Bed days released, always against a comparison that has a name, a source and a measure of its own.

    released        nights of the comparison - nights ready that the home held      for each person
    let sooner      days of the comparison - days from start to letting             for each home let

Like is compared with like: a time from application to letting says nothing about nights in a bed, so each
comparison may be held against one of the two only. There is no true counterfactual: the choice is shown with
the figure, and can be changed.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Literal

from discharge.codes.by_edition import ListByEdition
from discharge.codes.model import Code
from discharge.errors import HomewardError
from discharge.reference.kind import Kind

Measure = Literal["nights-held", "start-to-let"]
FIXED = "fixed"
"""The comparison with a number that somebody chooses: it is no row."""


@dataclass(frozen=True, slots=True)
class Counterfactual:
    """What is supposed to have happened without the help: so many days. None claims nothing.

    `measure` says what the days are: nights ready that the home held, or days from start to letting.
    """

    code: str
    days: int | None
    label: str
    source: str
    measure: Measure = "nights-held"


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison(Code):
    """A row of the comparisons that have a name."""

    days: int | None = None
    measure: Measure = "nights-held"

    @property
    def counterfactual(self) -> Counterfactual:
        """What a report says it was compared with."""
        return Counterfactual(self.code, self.days, self.label, self.source, self.measure)


def _wrong(rows: Mapping[str, Comparison]) -> Iterator[str]:
    for code, row in rows.items():
        if code == FIXED or ":" in code:
            yield f"{code}: stands for a number that somebody chooses - give it another name"
        if row.days is not None and row.days < 0:
            yield f"{code}.days: is less than 0 - write whole days"


KIND = Kind("counterfactuals", Comparison, Path(__file__).with_name("counterfactuals.yaml"), check=_wrong)
COUNTERFACTUALS = ListByEdition(KIND)


def fixed_days(days: int, source: str) -> Counterfactual:
    """Return a comparison of a fixed number of nights, with the reason why that number was chosen."""
    if days < 0 or not source.strip():
        raise HomewardError("invalid-body", where="against")
    return Counterfactual(FIXED, days, f"{days} ready nights delayed by the home, for everybody", source)


def counterfactual(code: str, on: date) -> Counterfactual:
    """Return a named comparison as in force on the last day of a report; "fixed:30" is thirty nights for all.
    Raises code-not-in-value-set.
    """
    name, _, days = code.partition(":")
    if name == FIXED and days.isdecimal():
        return fixed_days(int(days), "Chosen for this report")
    row = COUNTERFACTUALS.find(code, on)
    if row is None:
        raise HomewardError("code-not-in-value-set", detail=COUNTERFACTUALS.name, where="against")
    return row.counterfactual


def released_nights(held: int, against: Counterfactual) -> int:
    """Count the bed days released for one person whom the home held for `held` nights.

    0 where the home held nobody back (who left the same day adds nothing), where the comparison is of another
    measure, and where it took longer than the comparison.
    """
    if held == 0 or against.days is None or against.measure != "nights-held":
        return 0
    return max(0, against.days - held)


def days_let_sooner(days: int, against: Counterfactual) -> int | None:
    """Count by how many days one home was let sooner than in the comparison (negative: later).

    None where the comparison is of another measure.
    """
    if against.days is None or against.measure != "start-to-let":
        return None
    return against.days - days
