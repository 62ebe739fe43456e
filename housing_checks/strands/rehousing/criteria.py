"""What a home is held against: each criterion's test is here, its words and points are data
(`home_criteria.yaml`).

A must refuses a home; the others give points. Nothing here knows a protected characteristic. A new criterion
is a test here and a row there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from discharge.codes.by_edition import code_list
from discharge.codes.model import Code
from discharge.reference.faults import nearest
from housing_checks.strands.rehousing.model import Need, Property

CAN_BE_LET = frozenset({"void", "notice-given", "under-repair"})
Test = Callable[[Need, Property], bool]


def _access(need: Need, home: Property) -> bool:
    """Class G is 'not assessed': it serves only a need that asks for no class."""
    return need.access_class == "G" or home.access_class <= need.access_class


def _wide_enough(need: Need, home: Property) -> bool:
    return need.door_width_mm is None or (home.door_width_mm or 0) >= need.door_width_mm


def _in_time(need: Need, home: Property) -> bool:
    return need.needed_by is None or need.interim_exists or home.available_on <= need.needed_by


def _affordable(need: Need, home: Property) -> bool:
    return need.weekly_pence_max is None or home.weekly_pence <= need.weekly_pence_max


MUST: Mapping[str, Test] = {
    "can-be-let": lambda _need, home: home.status in CAN_BE_LET,
    "bedrooms-min": lambda need, home: home.bedrooms >= need.bedrooms_min,
    "bedrooms-max": lambda need, home: home.bedrooms <= need.bedrooms_max,
    "access-class": _access,
    "level-reached": lambda need, home: home.level_reached or not need.level_reached,
    "step-free": lambda need, home: home.step_free or not need.step_free,
    "door-width": _wide_enough,
    "hoist": lambda need, home: home.track_hoist or not need.hoist,
    "hospital-bed": lambda need, home: home.room_for_hospital_bed or not need.hospital_bed,
    "assistance-dog": lambda need, home: home.assistance_dog or not need.assistance_dog,
    "scheme": lambda need, home: home.scheme in need.schemes,
    "restrictions": lambda need, home: need.met_restrictions.issuperset(home.restrictions),
    "safe-area": lambda need, home: home.area is None or home.area not in need.excluded_areas,
    "in-time": _in_time,
    "affordable": _affordable,
}
"""What a home must have."""

GOOD: Mapping[str, Test] = {
    "preferred-area": lambda need, home: home.area is not None and home.area in need.preferred_areas,
    "level-shower": lambda need, home: need.level_shower and home.washing != "bath",
    "care-on-site": lambda need, home: need.care_on_site and home.care_on_site,
    "warm": lambda _need, home: (home.energy_rating or "G") <= "C",
    "no-steps": lambda _need, home: home.step_free,
    "broadband": lambda _need, home: home.broadband,
}
"""What would be good to have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HomeCriterion(Code):
    """A criterion in words, and the points that it gives; a must gives none."""

    points: int = 0


def _wrong(rows: Mapping[str, HomeCriterion]) -> Iterator[str]:
    tests = {**MUST, **GOOD}
    for code, row in rows.items():
        if code not in tests:
            mend = nearest(code, tests, f"choose from {', '.join(sorted(tests))}")
            yield f"{code}: is not a criterion - {mend}"
        elif code in MUST and row.points:
            yield f"{code}.points: a must gives no points - take this key out"
        elif row.points < 0:
            yield f"{code}.points: is less than 0 - a home is never marked down"
    for code in MUST.keys() - rows.keys():
        yield f"{code}: is missing - a home must be held against it"


HOME_CRITERIA = code_list("home-criteria", HomeCriterion, folder=Path(__file__).parent, check=_wrong)
