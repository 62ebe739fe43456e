"""How long things take: one table over all kinds of strands, and the days that follow from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Any, Literal

from discharge.cases.model import StrandKind
from discharge.codes.model import CodeList
from housing_checks.adaptations.catalogue import ADAPTATIONS
from housing_checks.basics.items import BASICS
from housing_checks.equipment.catalogue import EQUIPMENT
from housing_checks.rehousing.need_profiles import NEED_PROFILES
from housing_checks.spans import LeadTime, Orderable

InTime = Literal["in-time", "may-be-late", "too-late"]
"""Begun on a day: done by the day it is needed even if it takes long, only when all goes well, or never."""

ITEMS: Mapping[StrandKind, CodeList[Any]] = MappingProxyType(
    {
        StrandKind.ADAPTATION: ADAPTATIONS,
        StrandKind.EQUIPMENT: EQUIPMENT,
        StrandKind.REHOUSING: NEED_PROFILES,
        StrandKind.BASICS: BASICS,
    }
)
"""What a strand of each kind can be opened for."""


def item_label(kind: StrandKind, item: str) -> str:
    """Return an item in words; a code we never knew is shown as it is."""
    return ITEMS[kind].label(item)


def _newest(kind: StrandKind, item: str) -> Orderable:
    rows: list[Orderable] = [row for row in ITEMS[kind] if row.code == item]
    if not rows:
        raise KeyError(item)
    return max(rows, key=lambda row: row.from_on)


def lead_days(kind: StrandKind, item: str) -> tuple[int, int]:
    """Return the lead time in calendar days, short and long; KeyError for an unknown item."""
    lead = _newest(kind, item).lead
    return lead.low.days, lead.high.days


def due_date(kind: StrandKind, item: str, started_on: date) -> date:
    """Return the day by which an item is done when it takes long but is not late."""
    return _newest(kind, item).lead.high.after(started_on)


def latest_start(kind: StrandKind, item: str, needed_by: date) -> date:
    """Return the last day to begin an item so that it is done by ``needed_by`` even if it takes long."""
    return _newest(kind, item).lead.high.before(needed_by)


def earliest_done(kind: StrandKind, item: str, started_on: date) -> date:
    """Return the first day an item can be done when all goes well."""
    return _newest(kind, item).lead.low.after(started_on)


@dataclass(frozen=True, slots=True)
class Timing:
    """How long an item takes when it begins on a day; against the day it is needed where that is known."""

    lead: LeadTime
    earliest: date
    needed_on: date | None = None
    begin_by: date | None = None
    in_time: InTime | None = None


def timing(kind: StrandKind, item: str, begins_on: date, needed_on: date | None) -> Timing:
    """Hold an item's lead time against the day it is needed; KeyError for an unknown item."""
    lead, earliest = _newest(kind, item).lead, earliest_done(kind, item, begins_on)
    if needed_on is None:
        return Timing(lead, earliest)
    begin_by = latest_start(kind, item, needed_on)
    late: InTime = "may-be-late" if earliest <= needed_on else "too-late"
    return Timing(lead, earliest, needed_on, begin_by, "in-time" if begins_on <= begin_by else late)


LEAD_DAYS: Mapping[str, int] = MappingProxyType(
    {row.code: lead_days(kind, row.code)[1] for kind, rows in ITEMS.items() for row in rows}
)
"""Item -> its long lead time in calendar days: what rules of risk compare with the days that are left."""
