"""What should be running: cases that are open, strands at work, lanes with something to take."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import exists, func, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from discharge.store.record import CASE_SIGNAL
from discharge.store.tables import CaseCommandRow, CaseRow, OutboxRow, PartnerRow, StrandRow

NEWEST = 20_000
"""Outbox rows looked through for signals that were told and never heard; older ones had their answer."""


async def open_cases(session: AsyncSession) -> Sequence[UUID]:
    """Return the ids of cases that are not closed."""
    return (await session.scalars(select(CaseRow.id).where(CaseRow.closed_on.is_(None)))).all()


async def open_strands(session: AsyncSession) -> list[tuple[UUID, str]]:
    """Return case and key of every strand at work."""
    found = await session.execute(select(StrandRow.case_id, StrandRow.key).where(StrandRow.status == "open"))
    return [(case_id, key) for case_id, key in found]


async def is_open(session: AsyncSession, case_id: UUID) -> bool:
    """Whether a case exists and is not closed."""
    wanted = select(CaseRow.id).where(CaseRow.id == case_id, CaseRow.closed_on.is_(None))
    return await session.scalar(wanted) is not None


async def strand_is_open(session: AsyncSession, case_id: UUID, key: str) -> bool:
    """Whether a strand is at work."""
    mine = StrandRow.case_id == case_id, StrandRow.key == key, StrandRow.status == "open"
    return await session.scalar(select(StrandRow.key).where(*mine)) is not None


async def waiting_lanes(session: AsyncSession, told_before: datetime) -> list[tuple[UUID, UUID]]:
    """Return partner and case of lanes that were told of an item some time ago and have not delivered it."""
    found = await session.execute(
        select(OutboxRow.partner_id, OutboxRow.case_id)
        .where(OutboxRow.channel == "partner", OutboxRow.state == "pending")
        .where(OutboxRow.relayed_at < told_before, OutboxRow.partner_id.is_not(None))
        .distinct()
    )
    return [(partner_id, case_id) for partner_id, case_id in found if partner_id is not None]


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
    await session.execute(rows.values(relayed_at=None, state="pending"))


async def tell_again(session: AsyncSession, lanes: Sequence[tuple[UUID, UUID]]) -> None:
    """Have the relay tell these lanes of their items once more."""
    mine = tuple_(OutboxRow.partner_id, OutboxRow.case_id).in_(lanes)
    await session.execute(update(OutboxRow).where(mine, OutboxRow.state == "pending").values(relayed_at=None))
