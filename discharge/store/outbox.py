"""What other parts put into the outbox, and what a person decides about an item that a partner refused.

The record queues what a case tells its partners; the drain queues what a feed tells a case.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from discharge.cases.commands import Envelope
from discharge.errors import HomewardError
from discharge.store.record import CASE_SIGNAL
from discharge.store.tables import OutboxRow


async def queue_case_signal(
    session: AsyncSession, envelope: Envelope, *, cause_inbox_id: UUID | None = None
) -> None:
    """Have the relay tell a case; the command's id is the key, so that the same fact is queued once."""
    values = {
        "key": envelope.command_id,
        "channel": CASE_SIGNAL,
        "kind": envelope.command.kind,
        "case_id": envelope.case_id,
        "organisation_id": envelope.actor.organisation_id,
        "payload": envelope.model_dump(mode="json"),
        "cause_command_id": envelope.command_id,
        "cause_inbox_id": cause_inbox_id,
    }
    await session.execute(insert(OutboxRow).values(values).on_conflict_do_nothing(index_elements=["key"]))


async def release(session: AsyncSession, sequence: int, *, by: UUID, reason: str) -> OutboxRow:
    """Have a dead letter sent again as it is, under the same key. Raises ``not-found`` if it is not dead."""
    return await _free(session, sequence, by, reason, state="pending")


async def replace(
    session: AsyncSession, sequence: int, payload: dict[str, Any], *, by: UUID, reason: str
) -> OutboxRow:
    """Have something else sent in the place of a dead letter, under a new key, because it is another item."""
    return await _free(session, sequence, by, reason, state="pending", payload=payload, key=uuid4())


async def skip(session: AsyncSession, sequence: int, *, by: UUID, reason: str) -> OutboxRow:
    """Give a dead letter up, so that its lane goes on with the next item."""
    return await _free(session, sequence, by, reason, state="skipped")


async def _free(session: AsyncSession, sequence: int, by: UUID, reason: str, **values: Any) -> OutboxRow:
    """``by`` must be the transaction's user: PostgreSQL asks, too."""
    row: OutboxRow | None = await session.scalar(
        update(OutboxRow)
        .where(OutboxRow.sequence == sequence, OutboxRow.state == "dead")
        .values(**values, relayed_at=None, attempts=0, released_by=by, released_reason=reason)
        .returning(OutboxRow)
    )
    if row is None:
        raise HomewardError("not-found", where="outbox")
    return row
