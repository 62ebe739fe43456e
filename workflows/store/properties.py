"""Homes that are on the list and that nobody holds."""

from __future__ import annotations

from sqlalchemy import exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from housing_checks.store.tables import PropertyHoldRow, PropertyRow, property_of
from housing_checks.strands.rehousing.model import Property


async def lettable(session: AsyncSession) -> list[Property]:
    """Return every home that is not withdrawn and not held for anybody."""
    held = exists().where(PropertyHoldRow.property_id == PropertyRow.id, PropertyHoldRow.ended_on.is_(None))
    rows = await session.scalars(select(PropertyRow).where(~held, PropertyRow.withdrawn_on.is_(None)))
    return [property_of(row) for row in rows]
