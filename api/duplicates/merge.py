"""One merge of two records: what it moved, and the form that undoes it."""

from __future__ import annotations

from dataclasses import dataclass

from api.duplicates.decisions import Decided, Given, decided, message_href
from api.duplicates.queries import Merged
from api.duplicates.views import merge_row
from api.web.names import Directory


@dataclass(frozen=True)
class OneMerge:
    """A merge with what it moved, and the form that undoes it."""

    href: str
    survivor: str
    retired: str
    facts: tuple[tuple[str, str], ...]
    can_undo: bool
    message_href: str
    decided: tuple[Decided, ...]
    waits: bool
    fault: str
    typed: str
    errors: tuple[dict[str, str], ...]


def present_merge(found: Merged, known: Directory, given: Given) -> OneMerge:
    """One merge in words."""
    shown, row = merge_row(found), found.row
    waits = any(each.state == "taken" and each.merge_id == row.id for each in found.decisions)
    facts = (
        ("Merged into", shown.survivor),
        ("Retired record", shown.retired),
        ("Merged by", shown.cause),
        ("From (case time)", shown.when),
        ("Moved", shown.moved),
        ("Undone (machine time)", shown.undone or "No"),
    )
    return OneMerge(
        href=shown.href,
        survivor=shown.survivor,
        retired=shown.retired,
        facts=facts,
        can_undo=given.may_decide and row.undone_at is None and not waits,
        message_href=message_href(row.cause_id if row.cause == "message" else None, given),
        decided=tuple(decided(each, known) for each in found.decisions),
        waits=waits,
        fault=given.fault,
        typed=given.typed,
        errors=({"text": given.fault, "href": "#reason"},) if given.fault else (),
    )
