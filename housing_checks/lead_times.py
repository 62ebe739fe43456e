"""How long things take: one table over all kinds of strands, and the days that follow from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Literal

from discharge.codes.by_edition import ListByEdition
from discharge.reference.kind import Kind, Table
from discharge.reference.policy import Policy
from housing_checks.orderables import LeadTime, Orderable
from housing_checks.strands.definitions import DEFINITIONS

InTime = Literal["in-time", "may-be-late", "too-late"]
"""Begun on a day: done by the day it is needed even if it takes long, only when all goes well, or never."""

ITEMS: Mapping[str, ListByEdition[Any]] = MappingProxyType(
    {kind: definition.items for kind, definition in DEFINITIONS.items()}
)
"""What a strand of each kind can be opened for."""

KINDS: tuple[Kind[Any], ...] = tuple(items.kind for items in ITEMS.values())
"""The kinds of data that say how long something takes."""


def item_label(kind: str, item: str) -> str:
    """Return an item in words; a code we never knew is shown as it is."""
    return ITEMS[kind].label(item) if kind in ITEMS else item.replace("-", " ").capitalize()


def lead_time(kind: str, item: str, begins_on: date) -> LeadTime:
    """Return how long an item takes that begins on a day, by the data of this process; KeyError for an
    unknown item.
    """
    row: Orderable = ITEMS[kind].as_on(item, begins_on)
    return row.lead


def due_date(kind: str, item: str, started_on: date, policy: Policy) -> date:
    """Return the day by which an item is done when it takes long but is not late; KeyError for one that is
    not in force when it is started.
    """
    row: Orderable = policy.on(started_on)[ITEMS[kind].kind][item]
    return row.lead.high.after(started_on)


@dataclass(frozen=True, slots=True)
class Timing:
    """How long an item takes when it begins on a day; against the day it is needed where that is known."""

    lead: LeadTime
    earliest: date
    needed_on: date | None = None
    begin_by: date | None = None
    in_time: InTime | None = None


def timing(kind: str, item: str, begins_on: date, needed_on: date | None) -> Timing:
    """Hold an item's lead time against the day it is needed; KeyError for an unknown item."""
    lead = lead_time(kind, item, begins_on)
    earliest = lead.low.after(begins_on)
    if needed_on is None:
        return Timing(lead, earliest)
    begin_by = lead.high.before(needed_on)
    late: InTime = "may-be-late" if earliest <= needed_on else "too-late"
    return Timing(lead, earliest, needed_on, begin_by, "in-time" if begins_on <= begin_by else late)


def lead_days(policy: Policy) -> Mapping[str, int]:
    """Return each item with its long lead time in calendar days, to compare with the days that are left."""
    return _lead_days(tuple(policy[kind] for kind in KINDS))


@lru_cache(maxsize=64)
def _lead_days(tables: tuple[Table[Orderable], ...]) -> Mapping[str, int]:
    return MappingProxyType({code: row.lead.high.days for table in tables for code, row in table.items()})
