"""Signs of life of the running parts, for the status page."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from time import monotonic

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from discharge.store.engine import Sessions, transaction
from discharge.store.tables import HeartbeatRow

EVERY = timedelta(seconds=5)
NOT_YET = "Not run yet"


def beats(sessions: Sessions) -> Callable[[str], Awaitable[None]]:
    """Return a function that notes that a part is alive, at most every few seconds."""
    last: dict[str, float] = {}

    async def beat(part: str) -> None:
        if monotonic() - last.get(part, -EVERY.total_seconds()) < EVERY.total_seconds():
            return
        row = insert(HeartbeatRow).values(part=part, beat_at=func.now())
        async with transaction(sessions) as session:
            await session.execute(
                row.on_conflict_do_update(index_elements=["part"], set_={"beat_at": func.now()})
            )
        last[part] = monotonic()

    return beat


async def heard(session: AsyncSession, part: str, late_after: timedelta) -> None:
    """A part that runs on a schedule did what it is for; unheard of for so long it is late."""
    row = insert(HeartbeatRow).values(part=part, beat_at=func.now(), due_at=func.now() + late_after)
    values = {"beat_at": row.excluded.beat_at, "due_at": row.excluded.due_at, "detail": None}
    await session.execute(row.on_conflict_do_update(index_elements=["part"], set_=values))


async def expect(session: AsyncSession, part: str, late_after: timedelta) -> None:
    """From now on a part is waited for, unless it is already: one that never ran must be missed, too."""
    due = func.now() + late_after
    row = insert(HeartbeatRow).values(part=part, beat_at=func.now(), due_at=due, detail=NOT_YET)
    unwatched = HeartbeatRow.due_at.is_(None)
    await session.execute(
        row.on_conflict_do_update(index_elements=["part"], set_={"due_at": due}, where=unwatched)
    )


async def late_parts(session: AsyncSession) -> list[str]:
    """The parts on a schedule that should have been heard of by now."""
    late = select(HeartbeatRow.part).where(HeartbeatRow.due_at < func.now())
    return list(await session.scalars(late.order_by(HeartbeatRow.part)))
