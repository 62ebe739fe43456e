"""What other parts put into the outbox, and what a person decides about an item that a partner refused.

The record queues what a case tells its partners; the drain queues what a feed tells a case.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, and_, exists, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from discharge.cases.commands import ENVELOPE, Envelope
from discharge.errors import HomewardError
from discharge.store.record import CASE_SIGNAL
from discharge.store.tables import OutboxRow
from discharge.store.tables.outbox import EVERY_ITEM

PAST_AFTER = timedelta(days=180)
"""How long after its case closed, in case time, an item that is over is past."""
AT_ONCE = 200


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
        "payload": ENVELOPE.write(envelope),
        "cause_command_id": envelope.command_id,
        "cause_inbox_id": cause_inbox_id,
    }
    await session.execute(insert(OutboxRow).values(values).on_conflict_do_nothing(index_elements=["key"]))
    note_for_relay(session)


_FOR_RELAY = "homeward.for_relay"


def note_for_relay(session: AsyncSession) -> None:
    """Remember that this transaction leaves the relay something to tell."""
    session.info[_FOR_RELAY] = True


def is_for_relay(session: AsyncSession) -> bool:
    """Whether this transaction has left the relay something to tell."""
    return bool(session.info.get(_FOR_RELAY))


async def release(session: AsyncSession, sequence: int, *, by: UUID, reason: str) -> OutboxRow:
    """Have a dead letter sent again as it is, under the same key. Raises ``not-found`` if it is not dead,
    ``overtaken`` if a later item on the same matter has left (its refusal came late).
    """
    row = await _free(session, sequence, by, reason, state="pending")
    await _require_newest(session, sequence, _LATER.sent_at.is_not(None))
    return row


async def resend(session: AsyncSession, sequence: int, key: UUID, reason: str) -> int:
    """Have an item sent once more, as a new one behind whatever waits; one key is one item. Its sequence.

    Raises ``not-replayable`` for one that waits, ``overtaken`` if a later one on the same matter left or
    will.
    """
    again: int = (await session.execute(select(func.homeward_resend(sequence, key, reason)))).scalar_one()
    told = or_(_LATER.sent_at.is_not(None), _LATER.state != "skipped")
    await _require_newest(session, sequence, and_(told, _LATER.sequence < again))
    return again


_LATER = aliased(OutboxRow)
_MATTERS = ("strand", "alert_id", "spell_id")
"""What an item is about, besides its case: one order, alert or stay."""


async def _require_newest(session: AsyncSession, sequence: int, told: ColumnElement[bool]) -> None:
    """An old item behind a newer one would set back what the partner holds."""
    item = EVERY_ITEM
    same = (item.payload[name].astext.is_not_distinct_from(_LATER.payload[name].astext) for name in _MATTERS)
    later = exists().where(
        _LATER.partner_id == item.partner_id,
        _LATER.case_id == item.case_id,
        _LATER.kind == item.kind,
        _LATER.sequence > item.sequence,
        *same,
        told,
    )
    if await session.scalar(select(item.sequence).where(item.sequence == sequence, later)):
        raise HomewardError("overtaken", where="outbox")


async def replace(
    session: AsyncSession, sequence: int, payload: dict[str, Any], *, by: UUID, reason: str
) -> OutboxRow:
    """Have something else sent in the place of a dead letter, under a new key, because it is another item."""
    anew = {"key": uuid4(), "attempts": 0, "sent_at": None, "leaving_at": None}
    return await _free(session, sequence, by, reason, state="pending", payload=payload, **anew)


async def skip(session: AsyncSession, sequence: int, *, by: UUID, reason: str) -> OutboxRow:
    """Give a dead letter up, so that its lane goes on with the next item."""
    return await _free(session, sequence, by, reason, state="skipped")


_AGAIN = {"relayed_at": None, "attempts": func.least(OutboxRow.attempts, 1)}
"""Its back-off begins anew, but that an earlier try may have arrived is not forgotten."""


async def _free(session: AsyncSession, sequence: int, by: UUID, reason: str, **values: Any) -> OutboxRow:
    """``by`` must be the transaction's user: PostgreSQL asks, too."""
    row: OutboxRow | None = await session.scalar(
        update(OutboxRow)
        .where(OutboxRow.sequence == sequence, OutboxRow.state == "dead")
        .values({**_AGAIN, **values, "released_by": by, "released_reason": reason})
        .returning(OutboxRow)
    )
    if row is None:
        raise HomewardError("not-found", where="outbox")
    return row


async def move_past(session: AsyncSession) -> int:
    """Move some of what is over, of cases that closed long ago, to the months of the past; how many."""
    moved = await session.scalar(select(func.homeward_move_past_items(PAST_AFTER.days, AT_ONCE)))
    return int(moved or 0)
