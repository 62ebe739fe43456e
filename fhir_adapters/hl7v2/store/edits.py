"""Edited messages: a row of its own that has no effect before a second person approves it."""

from __future__ import annotations

import hashlib
from uuid import UUID, uuid4

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from discharge.errors import HomewardError
from fhir_adapters.hl7v2.parse.envelope import MessageHeader, Unreadable, read_envelope
from fhir_adapters.hl7v2.process.replays import EDITABLE
from fhir_adapters.hl7v2.receive.inbox_row import arrived
from fhir_adapters.store.tables import InboxBytesRow, InboxRow, MessageEditRow

PROPOSED = "proposed"


async def propose(
    session: AsyncSession, original: InboxRow, raw: bytes, reason: str, by: UUID
) -> MessageEditRow:
    """Propose other bytes in place of a message that had no effect; its own bytes stay as they came.

    Raises not-replayable, already-done for an edit that waits or bytes that are held, and the code of a
    header that cannot be read.
    """
    if original.state not in EDITABLE or "hl7-v2" not in original.content_type or not original.kept:
        raise HomewardError("not-replayable", detail=original.state)
    read = read_envelope(raw)
    if isinstance(read, Unreadable):
        raise HomewardError(read.code, where="text")
    edited = _edited(original, raw, read)
    await _require_new(session, original, edited)
    session.add(edited)
    await session.flush()
    session.add(InboxBytesRow(inbox_id=edited.id, raw=raw))
    edit = MessageEditRow(
        organisation_id=original.organisation_id,
        original_id=original.id,
        inbox_id=edited.id,
        reason=reason,
        proposed_by=by,
        state=PROPOSED,
    )
    session.add(edit)
    await session.flush()
    return edit


def _edited(original: InboxRow, raw: bytes, read: MessageHeader) -> InboxRow:
    """Return the row of the other bytes, as if they had come by the same feed, waiting for approval."""
    told = arrived(raw, read, claimed=True)._replace(
        state=PROPOSED, message_id=read.message_id, sha256=hashlib.sha256(raw).hexdigest()
    )
    return InboxRow(
        id=uuid4(),
        feed_id=original.feed_id,
        organisation_id=original.organisation_id,
        same_id_other_bytes=read.message_id == original.message_id,
        edited_from=original.id,
        size=len(raw),
        **{name: value for name, value in told._asdict().items() if name not in ("hides", "raw")},
    )


async def _require_new(session: AsyncSession, original: InboxRow, edited: InboxRow) -> None:
    """One editor at a time for a message; bytes that are held, and a second open edit, are refused."""
    lock = func.hashtextextended(f"homeward.edit:{original.id}", 0)
    await session.execute(select(func.pg_advisory_xact_lock(lock)))
    same = select(InboxRow.id).where(
        InboxRow.feed_id == original.feed_id,
        InboxRow.message_id == edited.message_id,
        InboxRow.sha256 == edited.sha256,
    )
    waits = select(MessageEditRow.id).where(
        MessageEditRow.original_id == original.id, MessageEditRow.state == PROPOSED
    )
    if await session.scalar(same.limit(1)) or await session.scalar(waits.limit(1)):
        raise HomewardError("already-done", where="text")


async def decide(session: AsyncSession, edit_id: UUID, *, approve: bool, reason: str) -> str:
    """Approve or decline an edit as the transaction's user; PostgreSQL refuses who proposed it.

    Raises not-found, second-person-needed, already-done, not-replayable, role-not-allowed.
    """
    decided = select(func.homeward_decide_edit(edit_id, approve, reason))
    return str(await session.scalar(decided))
