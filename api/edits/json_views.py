"""Edits as JSON."""

from __future__ import annotations

from api.messages.schemas import MessageEdit
from fhir_adapters.store.tables import MessageEditRow


def edit_json(row: MessageEditRow) -> MessageEdit:
    """An edit."""
    return MessageEdit(
        edit_id=row.id,
        original=row.original_id,
        edited=row.inbox_id,
        state=row.state,
        reason=row.reason,
        proposed_by=row.proposed_by,
        proposed_at=row.proposed_at,
        decided_by=row.decided_by,
        decided_at=row.decided_at,
        decided_reason=row.decided_reason,
    )
