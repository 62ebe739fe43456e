"""Outbox rows that no workflow was told about yet.

A relay takes rows for a while and then tells them, holding no lock meanwhile. What is for one case or lane is
told in order: while a row of it is taken, or waits because telling it failed, the later ones are left alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, exists, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from discharge.store.tables import OutboxRow, PartnerRow

_ONE_RELAY = "homeward.relay"
_EARLIER = aliased(OutboxRow)
_WAITS = ("pending", "skipped")


async def take_unrelayed(session: AsyncSession, limit: int, lease: timedelta) -> Sequence[OutboxRow]:
    """Take the oldest rows to relay; they are the caller's until the lease passes, once this commits.

    A skipped item is among them once, because its lane must hear that it may go on.
    """
    await session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(_ONE_RELAY, 0))))
    await _leave_to_rest(session)
    before_it = exists().where(
        _EARLIER.case_id == OutboxRow.case_id,
        _EARLIER.partner_id.is_not_distinct_from(OutboxRow.partner_id),
        _EARLIER.sequence < OutboxRow.sequence,
        _EARLIER.relayed_at.is_(None),
        _EARLIER.relay_after > func.now(),
        _EARLIER.state.in_(_WAITS),
    )
    due = (
        select(OutboxRow.sequence)
        .where(OutboxRow.relayed_at.is_(None), OutboxRow.state.in_(_WAITS), ~before_it)
        .where(or_(OutboxRow.relay_after.is_(None), OutboxRow.relay_after <= func.now()))
        .order_by(OutboxRow.sequence)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    sequences = (await session.scalars(due)).all()
    taken = update(OutboxRow).where(OutboxRow.sequence.in_(sequences))
    rows = await session.scalars(taken.values(relay_after=func.now() + lease).returning(OutboxRow))
    return sorted(rows, key=lambda row: row.sequence)


async def _leave_to_rest(session: AsyncSession) -> None:
    """No lane is told of an item whose partner rests: whoever ends that has all that waits told again. What a
    person decided is told all the same, because its lane waits for that word alone. The partner is locked
    before its items, as everywhere.
    """
    resting = select(PartnerRow.id).where(PartnerRow.paused_at.is_not(None)).with_for_update(read=True)
    partners = (await session.scalars(resting)).all()
    if partners:
        waits = OutboxRow.relayed_at.is_(None), OutboxRow.state == "pending", OutboxRow.released_by.is_(None)
        theirs = update(OutboxRow).where(OutboxRow.partner_id.in_(partners), *waits)
        await session.execute(theirs.values(relayed_at=func.now(), relay_after=None))


async def lanes_told(session: AsyncSession, sequences: Sequence[int]) -> None:
    """Note that lanes were told about partners' items; delivering them is the lanes' part."""
    await _set(session, sequences, relayed_at=func.now(), relay_after=None, relay_tries=0)


async def cases_told(session: AsyncSession, sequences: Sequence[int]) -> None:
    """Note that Temporal took the signals for cases, which are then delivered.

    One that its case could not record meanwhile is dead already, and stays so.
    """
    await _taken(session, OutboxRow.sequence.in_(sequences))


async def reports_told(session: AsyncSession, command_ids: Sequence[UUID]) -> None:
    """Note the same of reports that strands told their cases themselves."""
    await _taken(session, OutboxRow.key.in_(command_ids))


async def _taken(session: AsyncSession, which: ColumnElement[bool]) -> None:
    now = func.now()
    told = {"relayed_at": now, "sent_at": now, "received_at": now, "state": "delivered"}
    waiting = update(OutboxRow).where(which, OutboxRow.state == "pending")
    await session.execute(waiting.values(**told, relay_after=None, relay_tries=0))


async def set_aside(session: AsyncSession, sequences: Sequence[int], code: str) -> None:
    """Set rows aside that cannot be read, so that they hold nobody up and a person sees them."""
    await _set(session, sequences, state="dead", error_code=code, last_attempt_at=func.now())


async def give_back(session: AsyncSession, sequences: Sequence[int]) -> None:
    """Let rows that were taken and not told be taken again at once."""
    await _set(session, sequences, relay_after=None)


async def put_off(session: AsyncSession, sequence: int, by: timedelta) -> None:
    """Leave a row alone for a while, because telling it failed."""
    later = {"relay_after": func.now() + by, "relay_tries": OutboxRow.relay_tries + 1}
    await _set(session, [sequence], **later)


async def _set(session: AsyncSession, sequences: Sequence[int], **values: object) -> None:
    await session.execute(update(OutboxRow).where(OutboxRow.sequence.in_(sequences)).values(**values))
