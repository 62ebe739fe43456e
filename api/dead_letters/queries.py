"""Lists beside the cases: feeds, messages, refused items, homes, stays for the report."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, or_, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from discharge.store.tables import Organisation, OutboxRow, PartnerRow
from discharge.store.tables.outbox import OPEN_ITEMS

NOBODY = "Homeward itself"
"""Whose item it is when it is for no partner: a fact that its case could not record."""


@dataclass(frozen=True)
class Item:
    """One thing to tell a partner, and the partner; or a fact for a case, which it could not record."""

    row: OutboxRow
    partner: PartnerRow | None
    organisation: str


async def outgoing(session: AsyncSession, state: str, offset: int, size: int) -> list[Item]:
    """What is to be told, in one state; dead ones wait for a person."""
    statement = (
        select(OutboxRow, PartnerRow, Organisation.name)
        .outerjoin(PartnerRow, PartnerRow.id == OutboxRow.partner_id)
        .outerjoin(Organisation, Organisation.id == PartnerRow.organisation_id)
        .where(or_(OutboxRow.channel == "partner", OutboxRow.state == "dead"), OutboxRow.state == state)
        .order_by(OutboxRow.sequence)
        .offset(offset)
        .limit(size)
    )
    return [Item(row, partner, name or NOBODY) for row, partner, name in await session.execute(statement)]


async def count_open(session: AsyncSession) -> dict[str, int]:
    """How many items that are not over are in each state; those that are would be counted for ever."""
    counted = await session.execute(
        select(OutboxRow.state, func.count()).where(text(OPEN_ITEMS)).group_by(OutboxRow.state)
    )
    return dict(counted.all())


async def waiting_lanes(session: AsyncSession) -> dict[tuple[UUID, UUID], int]:
    """How many items wait in each lane, by partner and case."""
    counted = await session.execute(
        select(OutboxRow.partner_id, OutboxRow.case_id, func.count())
        .where(text(OPEN_ITEMS), OutboxRow.state == "pending", OutboxRow.partner_id.is_not(None))
        .group_by(OutboxRow.partner_id, OutboxRow.case_id)
    )
    return {(partner_id, case_id): count for partner_id, case_id, count in counted if partner_id}


async def partners(session: AsyncSession) -> list[tuple[PartnerRow, Organisation]]:
    """Every partner and its organisation."""
    statement = select(PartnerRow, Organisation).join(
        Organisation, Organisation.id == PartnerRow.organisation_id
    )
    return [(partner, of) for partner, of in await session.execute(statement.order_by(Organisation.name))]
