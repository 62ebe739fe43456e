"""Proposing an edit of a message, and deciding about somebody else's. Each is noted with who and why."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from api.edits.editable_text import edited_bytes
from api.looks.notes import who
from api.messages.queries import message
from api.messages.whereabouts import whereabouts_seen
from api.replays.service import require_reason
from api.web.principals import Principal
from discharge.store import audit
from fhir_adapters.hl7v2.store import edits


async def propose(session: AsyncSession, caller: Principal, message_id: UUID, text: str, reason: str) -> UUID:
    """Propose an edited message in place of one that had no effect; a second person decides. Its id."""
    caller.require("messages.release")
    require_reason(reason)
    row, _ = await message(session, caller, message_id)
    seen = await whereabouts_seen(session, row)
    raw = edited_bytes(row, text, whereabouts=seen)
    made = await edits.propose(session, row, raw, reason, caller.user_id)
    await audit.note_write(session, who(caller), "message edited", f"edit {made.id}")
    return made.id


async def decide(session: AsyncSession, caller: Principal, edit_id: UUID, approve: bool, reason: str) -> str:
    """Approve or decline somebody else's edit."""
    caller.require("messages.approve")
    require_reason(reason)
    state = await edits.decide(session, edit_id, approve=approve, reason=reason)
    await audit.note_write(session, who(caller), f"message edit {state}", f"edit {edit_id}")
    return state
