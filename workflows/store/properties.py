"""Homes that nobody holds."""

from __future__ import annotations

from sqlalchemy import exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from housing_checks.rehousing.model import Property
from housing_checks.store.tables import PropertyLetRow, PropertyRow


async def lettable(session: AsyncSession) -> list[Property]:
    """Return every home without a running let."""
    running = exists().where(PropertyLetRow.property_id == PropertyRow.id, PropertyLetRow.ended_on.is_(None))
    rows = await session.scalars(select(PropertyRow).where(~running))
    return [_home(row) for row in rows]


def _home(row: PropertyRow) -> Property:
    columns = {"property_id": row.id, "landlord_id": row.landlord_id, "ready_on": row.ready_on}
    return Property.model_validate({**row.attributes, **columns})
