"""Bed days released, always against a comparison that has a name, a source and a measure of its own.

    released        nights of the comparison - nights ready that the home held      for each person
    let sooner      days of the comparison - days from start to letting             for each home let

Like is compared with like: a time from application to letting says nothing about nights in a bed, so each
comparison may be held against one of the two only. There is no true counterfactual: the choice is shown with
the figure, and can be changed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from discharge.errors import HomewardError

Measure = Literal["nights-held", "start-to-let"]


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


_KNOWN: tuple[Counterfactual, ...] = (
    Counterfactual("none", None, "No comparison: nothing is claimed", "Homeward"),
    Counterfactual(
        "register-average",
        129,
        "Start to letting: average of applicants with medical need on the ordinary housing register",
        "Nottingham City Homes pilot, November 2015 to March 2017: 129 days against 39 in the scheme",
        measure="start-to-let",
    ),
)

COUNTERFACTUALS: Mapping[str, Counterfactual] = MappingProxyType({row.code: row for row in _KNOWN})


def fixed_days(days: int, source: str) -> Counterfactual:
    """Return a comparison of a fixed number of nights, with the reason why that number was chosen."""
    if days < 0 or not source.strip():
        raise HomewardError("invalid-body", where="counterfactual")
    return Counterfactual("fixed", days, f"{days} ready nights delayed by the home, for everybody", source)


def counterfactual(code: str) -> Counterfactual:
    """Return a named comparison; "fixed:30" is thirty nights for all. Raises code-not-in-value-set."""
    name, _, days = code.partition(":")
    if name == "fixed" and days.isdecimal():
        return fixed_days(int(days), "Chosen for this report")
    if code not in COUNTERFACTUALS:
        raise HomewardError("code-not-in-value-set", detail="counterfactuals", where="counterfactual")
    return COUNTERFACTUALS[code]


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
