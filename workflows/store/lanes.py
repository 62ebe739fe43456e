"""A lane as rows: what stands at its head, one attempt at it, and what became of the attempt.

Whether a partner is paused is one row of ``partners``: after ``PAUSE_AFTER`` failures in a row it rests, and
one attempt at a time may probe it. The pause is the incident; it ends with the first success.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from discharge.store.tables import CaseRow, OutboxRow, PartnerRow
from workflows.ports import LaneHead, LaneLook

PAUSE_AFTER = 5
FIRST_PROBE, LAST_PROBE = timedelta(seconds=30), timedelta(minutes=10)
FIRST_WAIT, LAST_WAIT = timedelta(seconds=1), timedelta(minutes=5)


@dataclass(frozen=True)
class Claimed:
    """An attempt that may be made now: the row as it stands, where to, and the case behind it."""

    row: OutboxRow
    partner: PartnerRow
    case: CaseRow


def back_off(attempts: int) -> timedelta:
    """Return how long to wait after so many failed attempts at one item."""
    return _doubled(FIRST_WAIT, attempts, LAST_WAIT)


def probe_wait(failures: int) -> timedelta:
    """Return how long a partner rests after so many failures in a row."""
    return _doubled(FIRST_PROBE, failures - PAUSE_AFTER, LAST_PROBE)


def _doubled(first: timedelta, times: int, last: timedelta) -> timedelta:
    factor: int = 2 ** min(max(times, 0), 20)
    return min(first * factor, last)


async def head(session: AsyncSession, lane: LaneLook, now: datetime) -> LaneHead:
    """Return what stands at the head of a lane; items held for want of a lawful basis are not in it yet."""
    of_lane = (OutboxRow.partner_id == lane.partner_id, OutboxRow.case_id == lane.case_id)
    waiting = select(OutboxRow).where(*of_lane, OutboxRow.state.in_(("pending", "dead")))
    row = await session.scalar(waiting.order_by(OutboxRow.sequence).limit(1))
    if row is None:
        return LaneHead(state="empty")
    if row.state == "dead":
        return LaneHead(state="dead", sequence=row.sequence, attempts=row.attempts)
    partner = await session.get_one(PartnerRow, lane.partner_id)
    if rest := _rest(partner, now):
        return LaneHead(state="paused", sequence=row.sequence, attempts=row.attempts, wait=rest)
    return LaneHead(state="item", sequence=row.sequence, attempts=row.attempts)


async def claim(session: AsyncSession, sequence: int, now: datetime) -> Claimed | timedelta | None:
    """Count an attempt at a row; ``None`` when it waits no more, or how long its partner still rests."""
    waiting = select(OutboxRow).where(OutboxRow.sequence == sequence, OutboxRow.state == "pending")
    row = await session.scalar(waiting.with_for_update())
    if row is None or row.partner_id is None:
        return None
    partner = await session.get_one(PartnerRow, row.partner_id, with_for_update=True)
    if rest := _rest(partner, now):
        return rest
    if (
        partner.paused_at is not None
    ):  # of all lanes that wait for this partner one probes, the others wait on
        partner.probe_after = now + FIRST_PROBE
    row.attempts += 1
    row.last_attempt_at = now
    return Claimed(row=row, partner=partner, case=await session.get_one(CaseRow, row.case_id))


async def hold(session: AsyncSession, sequence: int, code: str) -> None:
    """Put a row back to where it waits for a lawful basis."""
    row = await session.get_one(OutboxRow, sequence, with_for_update=True)
    row.state, row.error_code, row.relayed_at = "held", code, None


async def still_waits(session: AsyncSession, sequence: int) -> bool:
    """Whether a row waits as it did when it was claimed; locks it."""
    row = await session.get_one(OutboxRow, sequence, with_for_update=True)
    return row.state == "pending"


async def not_tried(session: AsyncSession, sequence: int) -> None:
    """Its turn did not come: that was no attempt."""
    row = await session.get_one(OutboxRow, sequence, with_for_update=True)
    row.attempts -= 1


async def received(session: AsyncSession, sequence: int, now: datetime, *, accepted: bool = False) -> None:
    """The partner has it: the item is delivered and any pause of the partner is over."""
    row = await session.get_one(OutboxRow, sequence, with_for_update=True)
    row.state, row.error_code, row.error_detail = "delivered", None, None
    row.sent_at = row.sent_at or now
    row.received_at = row.received_at or now
    if accepted:
        row.accepted_at = row.accepted_at or now
    await _works_again(session, row.partner_id)


async def refused(
    session: AsyncSession, sequence: int, now: datetime, code: str, detail: str, *, sent: bool
) -> None:
    """The item will never be taken: it is a dead letter. A partner that refused it is itself well."""
    row = await session.get_one(OutboxRow, sequence, with_for_update=True)
    row.state, row.error_code, row.error_detail = "dead", code, detail
    if sent:
        row.sent_at = row.sent_at or now
        await _works_again(session, row.partner_id)


async def failed(
    session: AsyncSession, sequence: int, now: datetime, code: str, detail: str, *, sent: bool
) -> timedelta:
    """The partner did not take it this time; return how long to wait before the next try."""
    row = await session.get_one(OutboxRow, sequence, with_for_update=True)
    row.error_code, row.error_detail = code, detail
    if sent:
        row.sent_at = row.sent_at or now
    partner = await session.get_one(PartnerRow, row.partner_id, with_for_update=True)
    partner.consecutive_failures += 1
    if partner.consecutive_failures >= PAUSE_AFTER:
        partner.paused_at = partner.paused_at or now
        partner.pause_reason = detail
        partner.probe_after = now + probe_wait(partner.consecutive_failures)
    return _rest(partner, now) or back_off(row.attempts)


async def _works_again(session: AsyncSession, partner_id: UUID | None) -> None:
    well = {"consecutive_failures": 0, "paused_at": None, "pause_reason": None, "probe_after": None}
    troubled = (PartnerRow.id == partner_id, PartnerRow.consecutive_failures > 0)
    await session.execute(update(PartnerRow).where(*troubled).values(well))


def _rest(partner: PartnerRow, now: datetime) -> timedelta | None:
    if partner.paused_at is None or partner.probe_after is None or partner.probe_after <= now:
        return None
    return partner.probe_after - now
