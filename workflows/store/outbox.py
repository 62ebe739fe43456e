"""Outbox rows that no workflow was told about yet.

A relay takes rows for a while and then tells them, holding no lock meanwhile. What is for one case or lane is
told in order: while a row of it is taken, or waits because telling it failed, the later ones are left alone.
Whoever is told notes it with what they do about it. The relay notes the rest later, and only what is still as
it took it: until when they were taken (`relay_after`) tells one taking from another.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
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


async def lanes_told(session: AsyncSession, sequences: Sequence[int], until: datetime | None) -> None:
    """Note that lanes were told about partners' items; delivering them is the lanes' part."""
    as_taken = OutboxRow.relay_after == until
    await _set(session, sequences, as_taken, relayed_at=func.now(), relay_after=None, relay_tries=0)


async def cases_told(session: AsyncSession, sequences: Sequence[int], until: datetime | None) -> None:
    """Note that Temporal took the signals for cases, which are then delivered.

    One that its case could not record meanwhile is dead already, and stays so.
    """
    as_taken = OutboxRow.relay_after == until, OutboxRow.state == "pending"
    await _set(session, sequences, *as_taken, **_delivered())


async def signal_taken(session: AsyncSession, command_id: UUID) -> None:
    """Note that a case has taken a fact or a report, with what it decided about it."""
    waiting = update(OutboxRow).where(OutboxRow.key == command_id, OutboxRow.state == "pending")
    await session.execute(waiting.values(**_delivered()))


def _delivered() -> dict[str, object]:
    facts = dict.fromkeys(("relayed_at", "sent_at", "received_at"), func.now())
    return {**facts, "state": "delivered", "relay_after": None, "relay_tries": 0}


async def set_aside(session: AsyncSession, sequences: Sequence[int], code: str) -> None:
    """Set rows aside that cannot be read, so that they hold nobody up and a person sees them."""
    dead = {"state": "dead", "error_code": code, "last_attempt_at": func.now(), "relay_after": None}
    await _set(session, sequences, **dead)


async def give_back(session: AsyncSession, sequences: Sequence[int]) -> None:
    """Let rows that were taken and not told be taken again at once."""
    await _set(session, sequences, relay_after=None)


async def put_off(session: AsyncSession, sequence: int, by: timedelta) -> None:
    """Leave a row alone for a while, because telling it failed."""
    later = {"relay_after": func.now() + by, "relay_tries": OutboxRow.relay_tries + 1}
    await _set(session, [sequence], **later)


async def _set(
    session: AsyncSession, sequences: Sequence[int], *only: ColumnElement[bool], **values: object
) -> None:
    if sequences:
        these = update(OutboxRow).where(OutboxRow.sequence.in_(sequences), *only)
        await session.execute(these.values(**values))
