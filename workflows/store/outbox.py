"""Outbox rows that no workflow was told about yet."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from discharge.store.tables import OutboxRow


async def unrelayed(session: AsyncSession, limit: int) -> Sequence[OutboxRow]:
    """Return the oldest rows to relay, locked for this transaction; what another relay holds is left out.

    A skipped item is among them once, because its lane must hear that it may go on.
    """
    rows = await session.scalars(
        select(OutboxRow)
        .where(OutboxRow.relayed_at.is_(None), OutboxRow.state.in_(("pending", "skipped")))
        .order_by(OutboxRow.sequence)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return rows.all()


async def lane_told(session: AsyncSession, sequence: int) -> None:
    """Note that the lane was told about a partner's item; delivering it is the lane's part."""
    await _set(session, sequence, relayed_at=func.now())


async def case_told(session: AsyncSession, sequence: int) -> None:
    """Note that Temporal took the signal for a case, which is then delivered."""
    now = func.now()
    await _set(session, sequence, relayed_at=now, sent_at=now, received_at=now, state="delivered")


async def set_aside(session: AsyncSession, sequence: int, code: str) -> None:
    """Set a row aside that cannot be read, so that it holds nobody up and a person sees it."""
    await _set(session, sequence, state="dead", error_code=code, last_attempt_at=func.now())


async def _set(session: AsyncSession, sequence: int, **values: object) -> None:
    await session.execute(update(OutboxRow).where(OutboxRow.sequence == sequence).values(**values))
