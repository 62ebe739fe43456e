"""Which homes fit a person, and why. A match is advice: only a human offers.

Hard criteria each give a reason when they fail; one failure is enough. Soft criteria only order the homes
that fit, and each shows its reason. Nothing here knows a protected characteristic. A new criterion is a new
row.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from uuid import UUID

from discharge.values import Frozen
from housing_checks.strands.rehousing.model import Need, Property

CAN_BE_LET = frozenset({"void", "notice-given", "under-repair"})


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


@dataclass(frozen=True, slots=True)
class Criterion:
    """One test of a home against a need; ``words`` are said when a hard one fails or a soft one holds."""

    code: str
    words: str
    holds: Callable[[Need, Property], bool]
    points: int = 0


def _access(need: Need, home: Property) -> bool:
    """Class G is 'not assessed': it serves only a need that asks for no class."""
    return need.access_class == "G" or home.access_class <= need.access_class


def _wide_enough(need: Need, home: Property) -> bool:
    return need.door_width_mm is None or (home.door_width_mm or 0) >= need.door_width_mm


def _in_time(need: Need, home: Property) -> bool:
    return need.needed_by is None or need.interim_exists or home.available_on <= need.needed_by


def _affordable(need: Need, home: Property) -> bool:
    return need.weekly_pence_max is None or home.weekly_pence <= need.weekly_pence_max


HARD: tuple[Criterion, ...] = (
    Criterion("can-be-let", "It cannot be let now", lambda _need, home: home.status in CAN_BE_LET),
    Criterion("bedrooms-min", "Too few bedrooms", lambda need, home: home.bedrooms >= need.bedrooms_min),
    Criterion("bedrooms-max", "Too many bedrooms", lambda need, home: home.bedrooms <= need.bedrooms_max),
    Criterion("access-class", "Not accessible enough, or not assessed", _access),
    Criterion(
        "level-reached",
        "Upstairs without a lift",
        lambda need, home: home.level_reached or not need.level_reached,
    ),
    Criterion("step-free", "Steps on the way in", lambda need, home: home.step_free or not need.step_free),
    Criterion("door-width", "Doors too narrow, or not measured", _wide_enough),
    Criterion("hoist", "No track hoist", lambda need, home: home.track_hoist or not need.hoist),
    Criterion(
        "hospital-bed",
        "No room for a hospital bed",
        lambda need, home: home.room_for_hospital_bed or not need.hospital_bed,
    ),
    Criterion(
        "assistance-dog",
        "Assistance dogs are not allowed",
        lambda need, home: home.assistance_dog or not need.assistance_dog,
    ),
    Criterion(
        "scheme", "A scheme the person is not eligible for", lambda need, home: home.scheme in need.schemes
    ),
    Criterion(
        "restrictions",
        "A condition of the landlord is not met",
        lambda need, home: need.met_restrictions.issuperset(home.restrictions),
    ),
    Criterion(
        "safe-area",
        "In an area that is not safe for the person",
        lambda need, home: home.area is None or home.area not in need.excluded_areas,
    ),
    Criterion("in-time", "Not ready by the day it is needed", _in_time),
    Criterion("affordable", "Rent and charges too high", _affordable),
)
"""What a home must have."""

SOFT: tuple[Criterion, ...] = (
    Criterion(
        "preferred-area",
        "Near people or places that matter",
        lambda need, home: home.area is not None and home.area in need.preferred_areas,
        points=3,
    ),
    Criterion(
        "level-shower",
        "Has the level shower the person needs",
        lambda need, home: need.level_shower and home.washing != "bath",
        points=3,
    ),
    Criterion(
        "care-on-site",
        "Care on site",
        lambda need, home: need.care_on_site and home.care_on_site,
        points=2,
    ),
    Criterion("warm", "Easy to keep warm", lambda _need, home: (home.energy_rating or "G") <= "C", points=1),
    Criterion("no-steps", "No steps", lambda _need, home: home.step_free, points=1),
    Criterion("broadband", "Broadband for telecare", lambda _need, home: home.broadband, points=1),
)
"""What would be good to have."""


def assess(need: Need, home: Property) -> Match:
    """Return how one home fits, with every reason against it and for it."""
    return Match(
        property_id=home.property_id,
        failures=tuple(Reason(code=row.code, words=row.words) for row in HARD if not row.holds(need, home)),
        likes=tuple(
            Reason(code=row.code, words=row.words, points=row.points) for row in SOFT if row.holds(need, home)
        ),
    )


def matches(need: Need, homes: Iterable[Property]) -> list[Match]:
    """Return the homes that fit, best first; equal ones by the day they are ready, then by id."""
    found = [(assess(need, home), home) for home in homes]
    fitting = [(match, home) for match, home in found if match.fits]
    fitting.sort(key=lambda pair: (-pair[0].points, pair[1].available_on, str(pair[1].property_id)))
    return [match for match, _home in fitting]


def proposals(need: Need, homes: Iterable[Property], most: int = 5) -> tuple[UUID, ...]:
    """Return the ids of the best homes that fit, at most ``most``: what a rehousing strand reports."""
    return tuple(match.property_id for match in matches(need, homes)[:most])
