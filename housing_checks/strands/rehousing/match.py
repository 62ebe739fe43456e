"""Which homes fit a person, and why. A match is advice: only a human offers.

Musts each give a reason when they fail; one failure is enough. The others only order the homes that fit, and
each shows its reason (`criteria.py`).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from discharge.values import Frozen
from housing_checks.strands.rehousing.criteria import GOOD, HOME_CRITERIA, MUST, HomeCriterion
from housing_checks.strands.rehousing.model import Need, Property


class Reason(Frozen):
    """One criterion in words, with the points it gave (0 for a hard one)."""

    code: str
    words: str
    points: int = 0


class Match(Frozen):
    """How one home fits: ``failures`` is empty for a home that may be proposed."""

    property_id: UUID
    failures: tuple[Reason, ...] = ()
    likes: tuple[Reason, ...] = ()

    @property
    def fits(self) -> bool:
        """Whether every hard criterion holds."""
        return not self.failures

    @property
    def points(self) -> int:
        """The sum of the soft reasons; it orders homes and decides nothing."""
        return sum(like.points for like in self.likes)


def assess(need: Need, home: Property, on: date) -> Match:
    """Return how one home fits, with every reason against it and for it; `on` is the day whose criteria
    count.
    """
    return Match(
        property_id=home.property_id,
        failures=tuple(
            _reason(HOME_CRITERIA.as_on(code, on)) for code, holds in MUST.items() if not holds(need, home)
        ),
        likes=tuple(
            _reason(row)
            for row in HOME_CRITERIA.in_force(on)
            if row.code in GOOD and GOOD[row.code](need, home)
        ),
    )


def _reason(row: HomeCriterion) -> Reason:
    return Reason(code=row.code, words=row.label, points=row.points)


def matches(need: Need, homes: Iterable[Property], on: date) -> list[Match]:
    """Return the homes that fit, best first; equal ones by the day they are ready, then by id."""
    found = [(assess(need, home, on), home) for home in homes]
    fitting = [(match, home) for match, home in found if match.fits]
    fitting.sort(key=lambda pair: (-pair[0].points, pair[1].available_on, str(pair[1].property_id)))
    return [match for match, _home in fitting]


def proposals(need: Need, homes: Iterable[Property], on: date, most: int = 5) -> tuple[UUID, ...]:
    """Return the ids of the best homes that fit, at most ``most``: what a rehousing strand reports."""
    return tuple(match.property_id for match in matches(need, homes, on)[:most])
