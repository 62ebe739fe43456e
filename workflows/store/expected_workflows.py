"""What should have looked by now, or should have been heard: cases, strands, lanes, signals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import exists, func, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from discharge.store.record import CASE_SIGNAL
from discharge.store.tables import CaseCommandRow, CaseRow, OutboxRow, PartnerRow, StrandRow
from discharge.store.tables.outbox import TO_BE_RELAYED

NEWEST = 20_000
"""Outbox rows looked through for signals that were told and never heard; older ones had their answer."""


MOST = 5_000
"""So many of each are seen to in one look, the longest overdue first."""


@dataclass(frozen=True)
class Overdue:
    """A case, or a strand of it, whose workflow was to look again at an instant that has passed."""

    case_id: UUID
    due: datetime
    strand: str | None = None


async def overdue_cases(session: AsyncSession, before: datetime) -> list[Overdue]:
    """Return cases that should have been looked at."""
    late = select(CaseRow.id, CaseRow.next_look_at).where(CaseRow.next_look_at < before)
    found = await session.execute(late.order_by(CaseRow.next_look_at).limit(MOST))
    return [Overdue(case_id, due) for case_id, due in found if due is not None]


async def overdue_strands(session: AsyncSession, before: datetime) -> list[Overdue]:
    """Return strands at work that should have been looked at."""
    late = select(StrandRow.case_id, StrandRow.next_look_at, StrandRow.key).where(
        StrandRow.status == "open", StrandRow.next_look_at < before
    )
    found = await session.execute(late.order_by(StrandRow.next_look_at).limit(MOST))
    return [Overdue(case_id, due, key) for case_id, due, key in found if due is not None]


async def note_strand_look(session: AsyncSession, case_id: UUID, key: str, at: datetime | None) -> None:
    """Keep the machine instant at which a strand's workflow looks again."""
    mine = StrandRow.case_id == case_id, StrandRow.key == key, StrandRow.next_look_at.is_distinct_from(at)
    await session.execute(update(StrandRow).where(*mine).values(next_look_at=at))


async def is_open(session: AsyncSession, case_id: UUID) -> bool:
    """Whether a case exists and is not closed."""
    wanted = select(CaseRow.id).where(CaseRow.id == case_id, CaseRow.closed_on.is_(None))
    return await session.scalar(wanted) is not None


async def strand_is_open(session: AsyncSession, case_id: UUID, key: str) -> bool:
    """Whether a strand is at work."""
    mine = StrandRow.case_id == case_id, StrandRow.key == key, StrandRow.status == "open"
    return await session.scalar(select(StrandRow.key).where(*mine)) is not None


async def overlooked_lanes(session: AsyncSession, before: datetime) -> list[tuple[UUID, UUID]]:
    """Return partner and case of lanes that were told, and have not tried since, though their partner is well
    and nothing refused stands before it: the word was lost.
    """
    refused = aliased(OutboxRow)
    stands = exists().where(
        refused.partner_id == OutboxRow.partner_id,
        refused.case_id == OutboxRow.case_id,
        refused.state.in_(("pending", "dead")),
        refused.sequence < OutboxRow.sequence,
    )
    looked = func.greatest(OutboxRow.relayed_at, OutboxRow.last_attempt_at)
    found = await session.execute(
        select(OutboxRow.partner_id, OutboxRow.case_id)
        .join(PartnerRow, PartnerRow.id == OutboxRow.partner_id)
        .where(OutboxRow.channel == "partner", OutboxRow.state == "pending", PartnerRow.paused_at.is_(None))
        .where(OutboxRow.relayed_at.is_not(None), looked < before, ~stands)
    )
    return [(partner_id, case_id) for partner_id, case_id in found if partner_id is not None]


async def unheard_signals(session: AsyncSession, told_before: datetime) -> Sequence[int]:
    """Return signals that Temporal took some time ago and that no case has answered."""
    newest = select(func.max(OutboxRow.sequence)).scalar_subquery()
    answered = exists().where(
        CaseCommandRow.case_id == OutboxRow.case_id, CaseCommandRow.command_id == OutboxRow.key
    )
    told = (OutboxRow.channel == CASE_SIGNAL, OutboxRow.state == "delivered")
    query = select(OutboxRow.sequence).where(OutboxRow.sequence > newest - NEWEST, *told)
    return (await session.scalars(query.where(OutboxRow.relayed_at < told_before, ~answered))).all()


async def signal_again(session: AsyncSession, sequences: Sequence[int]) -> None:
    """Have the relay tell these signals once more; a case that did hear one ignores it."""
    rows = update(OutboxRow).where(OutboxRow.sequence.in_(sequences))
    await session.execute(rows.values(**TO_BE_RELAYED, state="pending"))


async def tell_again(session: AsyncSession, lanes: Sequence[tuple[UUID, UUID]]) -> None:
    """Have the relay tell these lanes of their items once more."""
    mine = tuple_(OutboxRow.partner_id, OutboxRow.case_id).in_(lanes)
    waiting = update(OutboxRow).where(mine, OutboxRow.state == "pending")
    await session.execute(waiting.values(**TO_BE_RELAYED))
