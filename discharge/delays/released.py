"""Bed days released, always against a counterfactual that has a name and a source.

    released = max(0, days it would have taken - days it took)     for each person who was really in a bed

There is no true counterfactual: the choice is shown with the figure, and can be changed.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from discharge.errors import HomewardError


@dataclass(frozen=True, slots=True)
class Counterfactual:
    """What is supposed to have happened without the help: so many days of waiting. None claims nothing.

    `rehoused_only` marks a comparison that says nothing about people who went back to their own home.
    """

    code: str
    days: int | None
    label: str
    source: str
    rehoused_only: bool = False


_KNOWN: tuple[Counterfactual, ...] = (
    Counterfactual("none", None, "No comparison: nothing is claimed", "Homeward"),
    Counterfactual(
        "register-average",
        129,
        "Average letting time for applicants with medical need on the ordinary housing register",
        "Nottingham City Homes pilot, November 2015 to March 2017: 129 days against 39 in the scheme",
        rehoused_only=True,
    ),
    Counterfactual(
        "average-relet",
        74,
        "Average time to let an empty home again, all voids",
        "Housemark, England 2023-24",
        rehoused_only=True,
    ),
)

COUNTERFACTUALS: Mapping[str, Counterfactual] = MappingProxyType({row.code: row for row in _KNOWN})


def fixed_days(days: int, source: str) -> Counterfactual:
    """Return a counterfactual of a fixed number of days, with the reason why that number was chosen."""
    if days < 0 or not source.strip():
        raise HomewardError("invalid-body", where="counterfactual")
    return Counterfactual("fixed", days, f"{days} days for everybody", source)


def counterfactual(code: str) -> Counterfactual:
    """Return a named counterfactual; "fixed:30" is thirty days for all. Raises code-not-in-value-set."""
    name, _, days = code.partition(":")
    if name == "fixed" and days.isdecimal():
        return fixed_days(int(days), "Chosen for this report")
    if code not in COUNTERFACTUALS:
        raise HomewardError("code-not-in-value-set", detail="counterfactuals", where="counterfactual")
    return COUNTERFACTUALS[code]


def released_days(actual: int | None, against: Counterfactual) -> int:
    """Count the bed days released for one person; 0 where the actual delay is unknown or nothing is
    claimed.
    """
    if actual is None or against.days is None:
        return 0
    return max(0, against.days - actual)


def total_released(actuals: Iterable[int | None], against: Counterfactual) -> int:
    """Add up the bed days released for people who were in a bed."""
    return sum(released_days(actual, against) for actual in actuals)
