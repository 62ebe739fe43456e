"""How long things take, in words, and whether they will be there when the home is needed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from api.web.page import words
from api.web.page.tags import Tag
from discharge.cases.model import IN_HOSPITAL, Case, Strand
from housing_checks.lead_times import ITEMS, InTime, Timing, timing
from housing_checks.orderables import CatalogueRow, LeadTime

_NOTES: Mapping[InTime, str] = {"in-time": "", "may-be-late": "; may be late", "too-late": "; too late"}
_TAGS: Mapping[InTime, Tag] = {
    "in-time": Tag("To decide", "yellow"),
    "may-be-late": Tag("May be late", "orange"),
    "too-late": Tag("Too late", "red"),
}


def timing_of(case: Case, kind: str, item: str, today: date) -> Timing:
    """The timing of an item begun today; nothing is too late once the person has left."""
    return timing(kind, item, today, case.home_needed_on if case.discharge is None else None)


def span_words(lead: LeadTime) -> str:
    """7 to 28 days."""
    unit = lead.high.unit.replace("-", " ")
    return f"{lead.low.amount} to {lead.high.amount} {unit if lead.high.amount != 1 else unit[:-1]}"


def lead_note(case: Case, kind: str, item: str, today: date) -> str:
    """7 to 28 days; may be late."""
    found = timing_of(case, kind, item, today)
    return span_words(found.lead) + (_NOTES[found.in_time] if found.in_time else "")


def lead_tag(found: Timing) -> Tag:
    """Whether an item that begins now will be in time."""
    return _TAGS[found.in_time or "in-time"]


def lead_sentence(found: Timing, today: date) -> str:
    """Usually takes 7 to 28 days. Begin by Mon 2 Mar to be in time for Mon 30 Mar."""
    takes = f"Usually takes {span_words(found.lead)}."
    if found.needed_on is None:
        return takes
    needed = words.short_day(found.needed_on, today=today)
    begin_by = words.short_day(found.begin_by, today=today)
    if found.in_time == "in-time":
        return f"{takes} Begin by {begin_by} to be in time for {needed}."
    if found.in_time == "may-be-late":
        return f"{takes} It had to begin by {begin_by} to be sure of {needed}."
    earliest = words.short_day(found.earliest, today=today)
    return f"{takes} Too late for {needed}: if it begins today, it is done on {earliest} at the earliest."


def cost_sentence(kind: str, item: str, today: date) -> str:
    """Usually costs £1,500 to £3,000, paid by: Disabled Facilities Grant. Nothing where no cost is known."""
    row = ITEMS[kind].as_on(item, today)
    if not isinstance(row, CatalogueRow):
        return ""
    low, high = row.cost_pounds
    return f"Usually costs £{low:,} to £{high:,}, paid by: {row.funder}."


def late_words(case: Case, strand: Strand) -> str:
    """Said of work that will not be there when the home is needed."""
    needed = case.home_needed_on
    if strand.status != "open" or case.stage not in IN_HOSPITAL or needed is None or strand.due_on is None:
        return ""
    days = (strand.due_on - needed).days
    return f"{words.count(days, 'day')} after the home is needed" if days > 0 else ""
