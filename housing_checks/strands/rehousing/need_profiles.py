"""Needs for a home: what is written on a rehousing strand is the code of a row (`need_profiles.yaml`)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from discharge.cases.model import REHOUSING, Case, Strand
from discharge.codes.by_edition import ListByEdition
from discharge.reference.kind import Kind
from housing_checks.orderables import Orderable, unknown_items
from housing_checks.strands.rehousing.match import Match, Reason, assess
from housing_checks.strands.rehousing.model import Need, Property


@dataclass(frozen=True, slots=True, kw_only=True)
class NeedProfile(Orderable):
    """A kind of home that people are looked for; ``need`` is completed by what the case knows."""

    need: Need


KIND = Kind("need-profiles", NeedProfile, Path(__file__).with_name("need_profiles.yaml"), check=unknown_items)

NEED_PROFILES = ListByEdition(KIND)
"""Every kind of home that can be looked for."""

_WHEELCHAIR = frozenset({"wheelchair-full", "wheelchair-essential"})


def need_of(case: Case, strand: Strand) -> Need:
    """Return what to look for: the strand's profile, tightened by the needs on the referral.

    KeyError for a strand that is no rehousing or whose profile was never in the table.
    """
    if strand.kind != REHOUSING:
        raise KeyError(strand.kind)
    profile = NEED_PROFILES.as_on(strand.item, strand.started_on)
    needs = case.referral.needs if case.referral is not None else ()
    return _tightened(profile.need, needs).model_copy(update={"needed_by": case.needed_by})


def match_of(case: Case, strand: Strand, home: Property) -> Match | None:
    """Return how a home fits a search; None for a search whose profile was never in the table."""
    if not NEED_PROFILES.known(strand.item):
        return None
    return assess(need_of(case, strand), home, strand.started_on)


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
