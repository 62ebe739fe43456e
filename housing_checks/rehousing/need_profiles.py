"""Needs for a home as a small table: what is written on a rehousing strand is the code of a row.

Access classes are those of the London Accessible Housing Register. Lead time: 39 days from start to letting
in the Nottingham Hospital to Home scheme (against 129 on the ordinary register); the shorter end is a
planning figure.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from discharge.cases.model import Case, Strand, StrandKind
from discharge.codes.model import CodeList
from housing_checks.checks.form import LAWFUL_RETURN, SAFE_ADDRESS
from housing_checks.rehousing.matching import Match, Reason, assess
from housing_checks.rehousing.model import Need, Property
from housing_checks.spans import LeadTime, Orderable, days

NOTTINGHAM = "Nottingham City Homes, Hospital to Home, 2015-2017: 39 days from start to letting"
TO_LETTING: LeadTime = days(14, 39)
WHEELCHAIR_DOOR_MM = 775
"""Clear door width for a wheelchair user (Approved Document M, category M4(2) and M4(3), narrowest case)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NeedProfile(Orderable):
    """A kind of home that people are looked for; ``need`` is completed by what the case knows."""

    need: Need


def _profile(code: str, label: str, need: Need) -> NeedProfile:
    return NeedProfile(
        code=code,
        label=label,
        need=need,
        source=NOTTINGHAM,
        lead=TO_LETTING,
        helps=(SAFE_ADDRESS, LAWFUL_RETURN),
    )


NEED_PROFILES: CodeList[NeedProfile] = CodeList(
    "need-profiles",
    (
        _profile(
            "rehousing:1-bed-general",
            "Home for one, no access needs",
            Need(bedrooms_max=1),
        ),
        _profile(
            "rehousing:1-bed-step-free",
            "Home for one, step-free",
            Need(bedrooms_max=1, access_class="E", level_reached=True, step_free=True),
        ),
        _profile(
            "rehousing:1-bed-essential-rooms",
            "Home for one, wheelchair access to essential rooms",
            Need(bedrooms_min=1, bedrooms_max=2, access_class="B", level_reached=True, step_free=True),
        ),
        _profile(
            "rehousing:1-bed-wheelchair",
            "Home for one, wheelchair throughout",
            Need(
                bedrooms_min=1,
                bedrooms_max=2,
                access_class="A",
                level_reached=True,
                step_free=True,
                door_width_mm=WHEELCHAIR_DOOR_MM,
            ),
        ),
        _profile(
            "rehousing:2-bed-carer",
            "Home with a room for an overnight carer",
            Need(bedrooms_min=2, bedrooms_max=2),
        ),
        _profile(
            "rehousing:extra-care",
            "Extra care or older people's housing, eligibility confirmed",
            Need(
                bedrooms_max=1,
                access_class="D",
                level_reached=True,
                step_free=True,
                schemes=frozenset({"extra-care", "older-low"}),
                care_on_site=True,
            ),
        ),
    ),
)
"""Every kind of home that can be looked for."""

_BY_CODE = {row.code: row for row in NEED_PROFILES}
_WHEELCHAIR = frozenset({"wheelchair-full", "wheelchair-essential"})


def need_of(case: Case, strand: Strand) -> Need:
    """Return what to look for: the strand's profile, tightened by the needs on the referral.

    KeyError for a strand that is no rehousing or whose profile was never in the table.
    """
    if strand.kind is not StrandKind.REHOUSING:
        raise KeyError(strand.kind)
    profile = _BY_CODE[strand.item]
    needs = case.referral.needs if case.referral is not None else ()
    return _tightened(profile.need, needs).model_copy(update={"needed_by": case.needed_by})


def match_of(case: Case, strand: Strand, home: Property) -> Match | None:
    """Return how a home fits a search; None for a search whose profile was never in the table."""
    return assess(need_of(case, strand), home) if strand.item in _BY_CODE else None


def unmet(case: Case, strand: Strand, home: Property) -> tuple[Reason, ...]:
    """Return why a home does not fit; nothing where nobody knows what is looked for."""
    match = match_of(case, strand, home)
    return match.failures if match is not None else ()


def _tightened(need: Need, needs: Iterable[str]) -> Need:
    """Return the need with what the referral asks for on top; nothing the profile asks for is dropped."""
    asked = frozenset(needs)
    wheelchair = bool(asked & _WHEELCHAIR)
    bedrooms = max(need.bedrooms_min, 2 if "carer-room" in asked else 0)
    changes = {
        "step_free": need.step_free or wheelchair or "level-access" in asked,
        "level_reached": need.level_reached or wheelchair or "ground-floor" in asked,
        "hoist": need.hoist or "hoist" in asked,
        "hospital_bed": need.hospital_bed or "hospital-bed" in asked,
        "level_shower": need.level_shower or "level-shower" in asked,
        "bedrooms_min": bedrooms,
        "bedrooms_max": max(need.bedrooms_max, bedrooms),
    }
    return need.model_copy(update=changes)
