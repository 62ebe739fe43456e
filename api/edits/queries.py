"""Edits of messages."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from fhir_adapters.store.tables import MessageEditRow


async def edits(session: AsyncSession, offset: int, size: int) -> Sequence[MessageEditRow]:
    """Edits of the caller's organisation: those that wait first, then the newest."""
    statement = (
        select(MessageEditRow)
        .order_by(MessageEditRow.state != "proposed", MessageEditRow.proposed_at.desc(), MessageEditRow.id)
        .offset(offset)
        .limit(size)
    )
    return (await session.scalars(statement)).all()
