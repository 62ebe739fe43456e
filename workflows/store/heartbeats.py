"""Signs of life of the running parts, for the status page."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from datetime import timedelta
from time import monotonic

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from discharge.store.engine import Sessions, transaction
from discharge.store.tables import HeartbeatRow

EVERY = timedelta(seconds=15)
NOT_YET = "Not run yet"


def beats(sessions: Sessions) -> Callable[[str], Awaitable[None]]:
    """Return a function that notes that a part is alive; all that are noted are written together, at most
    every few seconds, and a part that is new at once.
    """
    alive: set[str] = set()
    known: set[str] = set()
    written = -EVERY.total_seconds()

    async def beat(part: str) -> None:
        nonlocal written
        alive.add(part)
        if part in known and monotonic() - written < EVERY.total_seconds():
            return
        noted = sorted(alive)
        rows = insert(HeartbeatRow).values([{"part": each, "beat_at": func.now()} for each in noted])
        async with transaction(sessions) as session:
            await session.execute(
                rows.on_conflict_do_update(index_elements=["part"], set_={"beat_at": func.now()})
            )
        written = monotonic()
        known.update(noted)
        alive.difference_update(noted)

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


async def expect_only(session: AsyncSession, parts: Iterable[str]) -> None:
    """Wait for no other parts on a schedule than these: those of a build before may be no more."""
    others = HeartbeatRow.due_at.is_not(None), HeartbeatRow.part.not_in(list(parts))
    await session.execute(delete(HeartbeatRow).where(*others))


async def late_parts(session: AsyncSession) -> list[str]:
    """The parts on a schedule that should have been heard of by now."""
    late = select(HeartbeatRow.part).where(HeartbeatRow.due_at < func.now())
    return list(await session.scalars(late.order_by(HeartbeatRow.part)))
