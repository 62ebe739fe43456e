"""A lane as rows: what stands at its head, one attempt at it, and what became of the attempt.

An attempt that did not leave the house (no connection, no turn) is not counted. One whose worker died counts:
it may have arrived.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from discharge.store.tables import CaseRow, OutboxRow, PartnerRow
from workflows.ports import Attempt, LaneHead, LaneLeft, LaneLook, LaneTurn
from workflows.store import partners

FIRST_WAIT, LAST_WAIT = timedelta(seconds=1), timedelta(minutes=5)
PAUSED: Literal["paused"] = "paused"
_ANEW = {"populate_existing": True}
ON_ITS_WAY = ("pending", "held")
"""States in which an answer still counts: an item whose basis ended while it was on its way is held."""


@dataclass(frozen=True)
class Claimed:
    """An attempt that may be made now: the row as it stands, where to, and the case behind it.

    ``failed_before`` says with which code the last try failed, and when it was made.
    """

    row: OutboxRow
    partner: PartnerRow
    case: CaseRow
    failed_before: tuple[str, datetime] | None = None


def back_off(attempts: int) -> timedelta:
    """Return how long to wait after so many failed attempts at one item."""
    return partners.doubled(FIRST_WAIT, attempts, LAST_WAIT)


async def head(session: AsyncSession, lane: LaneLook | LaneTurn, now: datetime) -> LaneHead:
    """Return what stands at the head of a lane; items held for want of a lawful basis are not in it yet."""
    of_lane = (OutboxRow.partner_id == lane.partner_id, OutboxRow.case_id == lane.case_id)
    waiting = select(OutboxRow).where(*of_lane, OutboxRow.state.in_(("pending", "dead")))
    row = await session.scalar(waiting.order_by(OutboxRow.sequence).limit(1))
    if row is None:
        return LaneHead(state="empty")
    if row.state == "dead":
        return LaneHead(state="dead", sequence=row.sequence, attempts=row.attempts)
    partner = await session.get_one(PartnerRow, lane.partner_id)
    state = "paused" if partners.rests(partner, now) else "item"
    return LaneHead(state=state, sequence=row.sequence, attempts=row.attempts)


async def next_in_turn(session: AsyncSession, turn: LaneTurn, now: datetime) -> Attempt | LaneLeft:
    """Return the next item of a lane to try, or why there is none."""
    found = await head(session, turn, now)
    match found.state:
        case "item" if found.sequence is not None:
            return Attempt(sequence=found.sequence, clock=turn.clock)
        case "dead" | "paused" as state:
            return LaneLeft(state=state)
        case _:
            closed_on = await session.scalar(select(CaseRow.closed_on).where(CaseRow.id == turn.case_id))
            return LaneLeft(state="empty", over=closed_on is not None)


async def claim(session: AsyncSession, sequence: int, now: datetime) -> Claimed | Literal["paused"] | None:
    """Lock a row for an attempt; ``None`` when it waits no more, ``paused`` when its partner rests.

    Of all lanes that wait for a partner that rests one probes it, the others wait on. What this transaction
    knows already is read again: it may have changed until it was locked.
    """
    await session.flush()
    partner_id = await session.scalar(select(OutboxRow.partner_id).where(OutboxRow.sequence == sequence))
    if partner_id is None:
        return None
    partner = await partners.locked(session, partner_id)
    waiting = select(OutboxRow).where(OutboxRow.sequence == sequence, OutboxRow.state == "pending")
    row = await session.scalar(waiting.with_for_update(), execution_options=_ANEW)
    if row is None:
        return None
    if partners.rests(partner, now):
        return PAUSED
    partners.note_probe(partner, now)
    row.relayed_at, row.relay_after = row.relayed_at or now, None  # its lane has been told
    before = (row.error_code, row.last_attempt_at) if row.error_code and row.last_attempt_at else None
    case = await session.get_one(CaseRow, row.case_id, populate_existing=True)
    return Claimed(row=row, partner=partner, case=case, failed_before=before)


def count_attempt(claimed: Claimed, now: datetime) -> None:
    """From here on the item may have left, whatever becomes of us."""
    row = claimed.row
    row.attempts += 1
    row.last_attempt_at = now
    row.leaving_at = row.leaving_at or now


def hold(claimed: Claimed, code: str, now: datetime) -> None:
    """Put a row back to where it waits for a lawful basis."""
    row = claimed.row
    row.state, row.error_code, row.relayed_at = "held", code, None
    row.basis_ended_at = row.basis_ended_at or now


async def on_its_way(
    session: AsyncSession, sequence: int, partner_id: UUID
) -> tuple[OutboxRow, PartnerRow] | None:
    """The row of an attempt and its partner, locked, unless an answer that came another way was faster."""
    partner = await partners.locked(session, partner_id)
    row = await session.get_one(OutboxRow, sequence, with_for_update=True, populate_existing=True)
    return (row, partner) if row.state in ON_ITS_WAY else None


def not_sent(row: OutboxRow) -> None:
    """The try did not leave the house: that was no attempt."""
    row.attempts = max(row.attempts - 1, 0)
    if row.attempts == 0:
        row.leaving_at = None


def sent(row: OutboxRow, now: datetime) -> None:
    """It left, when the attempt began; this stands whatever else becomes of it."""
    row.sent_at = row.sent_at or row.leaving_at or now


def received(row: OutboxRow, now: datetime, *, accepted: bool = False) -> None:
    """The partner has it: the item is delivered."""
    sent(row, now)
    row.state, row.error_code, row.error_detail = "delivered", None, None
    row.received_at = row.received_at or now
    if accepted:
        row.accepted_at = row.accepted_at or now


def refused(row: OutboxRow, code: str, detail: str) -> None:
    """The item will never be taken: it is a dead letter."""
    row.state, row.error_code, row.error_detail = "dead", code, detail


def failed(row: OutboxRow, partner: PartnerRow, now: datetime, code: str, detail: str) -> timedelta | None:
    """The partner did not take it this time; return how long to wait before the next try, or ``None`` when
    the partner rests from now on, and the lane with it.
    """
    row.error_code, row.error_detail = code, detail
    partners.note_failure(partner, now, code, detail)
    if partners.rests(partner, now):
        return None
    return back_off(max(row.attempts, partner.consecutive_failures))
