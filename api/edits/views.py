"""Edits as their pages show them: who wanted what and why, and who decided."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from api.web.names import Directory
from api.web.page import words
from api.web.page.tags import Tag, tag_of
from fhir_adapters.store.tables import MessageEditRow

EDIT_STATES: Mapping[str, Tag] = {
    "proposed": Tag("Waits for a second person", "yellow"),
    "approved": Tag("Approved", "green"),
    "declined": Tag("Declined", "grey"),
}


@dataclass(frozen=True)
class Edit:
    """One edit of the list."""

    id: str
    href: str
    title: str
    state: Tag
    waits: bool
    by: str
    reason: str
    at: str
    decided: str
    decided_reason: str
    original_href: str
    edited_href: str


def edit_line(row: MessageEditRow, known: Directory) -> Edit:
    """An edit in words."""
    decided = f"{known.user(row.decided_by) or 'Somebody'}, {words.machine_time(row.decided_at)}"
    return Edit(
        id=str(row.id),
        href=f"/messages/edits/{row.id}",
        title=f"Edit {str(row.id)[:8]}",
        state=tag_of(EDIT_STATES, row.state),
        waits=row.state == "proposed",
        by=known.user(row.proposed_by) or "Somebody",
        reason=row.reason,
        at=words.machine_time(row.proposed_at),
        decided=decided if row.decided_by else "",
        decided_reason=row.decided_reason or "",
        original_href=f"/messages/{row.original_id}",
        edited_href=f"/messages/{row.inbox_id}",
    )
