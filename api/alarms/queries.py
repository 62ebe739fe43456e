"""Alarms about messages of the caller's organisation."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from fhir_adapters.store.alarms import Watched, watch
from fhir_adapters.store.tables import AlarmRow

CLEARED = 20


FROM_FILES = frozenset({"profile-not-used", "reference-not-used"})
"""The alarm that only a process with the files of profiles can judge."""


async def open_alarms(session: AsyncSession, offset: int, size: int) -> Sequence[AlarmRow]:
    """What is not as it should be with messages of the caller's organisation, the newest first."""
    statement = select(AlarmRow).where(AlarmRow.cleared_at.is_(None))
    ordered = statement.order_by(AlarmRow.raised_at.desc(), AlarmRow.id)
    return (await session.scalars(ordered.offset(offset).limit(size))).all()


async def cleared_alarms(session: AsyncSession) -> Sequence[AlarmRow]:
    """What was not as it should be and is again, the last first."""
    statement = select(AlarmRow).where(AlarmRow.cleared_at.is_not(None)).order_by(AlarmRow.raised_at.desc())
    return (await session.scalars(statement.limit(CLEARED))).all()


async def watched(session: AsyncSession, organisation_id: UUID, now: datetime) -> list[Watched]:
    """What alarms are raised about, for the feeds and partners of an organisation, beside the rules."""
    return [
        each
        for each in await watch(session, now)
        if each.seen.organisation_id == organisation_id and each.seen.kind not in FROM_FILES
    ]
