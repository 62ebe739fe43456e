"""Partners that rest: one pause is one incident, however many lanes wait for the partner.

A partner rests after ``PAUSE_AFTER`` failures in a row, and at once where its answer says that nothing will
go through until its address or our sign-in there is put right. One lane at a time probes it; the first
success ends the pause, and the relay tells every lane. A partner that was switched off is never probed.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Select, exists, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from discharge.store.tables import OutboxRow, PartnerRow
from discharge.store.tables.outbox import TO_BE_RELAYED

PAUSE_AFTER = 5
FIRST_PROBE, LAST_PROBE = timedelta(seconds=30), timedelta(minutes=10)
SETUP_WRONG = "partner-setup-wrong"
"""The code of an answer that concerns the partner's address or our sign-in there, and no single item."""


def probe_wait(failures: int) -> timedelta:
    """Return how long a partner rests after so many failures in a row."""
    return doubled(FIRST_PROBE, failures - PAUSE_AFTER, LAST_PROBE)


def doubled(first: timedelta, times: int, last: timedelta) -> timedelta:
    """Return a wait that doubles with each time, up to a limit."""
    factor: int = 2 ** min(max(times, 0), 20)
    return min(first * factor, last)


def rests(partner: PartnerRow, now: datetime) -> bool:
    """Whether nothing may be tried now; without a time for the next probe the partner is switched off."""
    return partner.paused_at is not None and (partner.probe_after is None or partner.probe_after > now)


def is_off(partner: PartnerRow) -> bool:
    """Whether a person switched it off."""
    return partner.paused_at is not None and partner.probe_after is None


def note_probe(partner: PartnerRow, now: datetime) -> None:
    """One lane probes: the others wait for what comes of it."""
    if partner.paused_at is not None:
        partner.probe_after = now + FIRST_PROBE


def note_failure(partner: PartnerRow, now: datetime, code: str, detail: str) -> None:
    """Count a failure; pause the partner when it was one too many, or one that concerns every item."""
    partner.consecutive_failures += 1
    if is_off(partner):
        return
    if partner.consecutive_failures >= PAUSE_AFTER or code == SETUP_WRONG:
        partner.paused_at = partner.paused_at or now
        partner.pause_code, partner.pause_reason = code, detail
        partner.probe_after = now + probe_wait(partner.consecutive_failures)


async def locked(session: AsyncSession, partner_id: UUID | None) -> PartnerRow:
    """The partner, locked; always before its items, so that two attempts never wait for each other. Whoever
    queues an item for it, which refers to its key alone, waits for neither.
    """
    return await session.get_one(
        PartnerRow, partner_id, with_for_update={"key_share": True}, populate_existing=True
    )


async def works_again(session: AsyncSession, partner: PartnerRow) -> None:
    """End a pause, and have the relay tell the lanes that waited. One who is off stays off."""
    partner.consecutive_failures = 0
    if partner.paused_at is None or is_off(partner):
        return
    partner.paused_at = partner.pause_code = partner.pause_reason = partner.probe_after = None
    waiting = select(OutboxRow.sequence).where(
        OutboxRow.partner_id == partner.id, OutboxRow.state == "pending"
    )
    sequences = (await session.scalars(waiting.order_by(OutboxRow.sequence).with_for_update())).all()
    again = update(OutboxRow).where(OutboxRow.sequence.in_(sequences))
    await session.execute(again.values(**TO_BE_RELAYED))


async def took_another_since(session: AsyncSession, row: OutboxRow, since: datetime) -> bool:
    """Whether the partner took something else after an instant: then its address is right."""
    taken = exists().where(
        OutboxRow.partner_id == row.partner_id,
        OutboxRow.sequence != row.sequence,
        OutboxRow.received_at > since,
    )
    return bool(await session.scalar(select(taken)))


async def due_probes(session: AsyncSession, now: datetime) -> Sequence[tuple[UUID, UUID]]:
    """Return, for each partner that may be probed, the partner and the case whose lane has waited longest."""
    due = select(PartnerRow.id).where(PartnerRow.paused_at.is_not(None), PartnerRow.probe_after <= now)
    found: list[tuple[UUID, UUID]] = []
    for partner_id in (await session.scalars(due)).all():
        case_id = await session.scalar(_longest_waiting(partner_id))
        if case_id is not None:
            found.append((partner_id, case_id))
    return found


_EARLIER = aliased(OutboxRow)


def _longest_waiting(partner_id: UUID) -> Select[UUID]:
    """The case of the item that was tried least recently, of those at the head of their lane."""
    behind = exists().where(
        _EARLIER.partner_id == OutboxRow.partner_id,
        _EARLIER.case_id == OutboxRow.case_id,
        _EARLIER.sequence < OutboxRow.sequence,
        _EARLIER.state.in_(("pending", "dead")),
    )
    heads = select(OutboxRow.case_id).where(
        OutboxRow.partner_id == partner_id, OutboxRow.state == "pending", ~behind
    )
    return heads.order_by(OutboxRow.last_attempt_at.asc().nulls_first(), OutboxRow.sequence).limit(1)
