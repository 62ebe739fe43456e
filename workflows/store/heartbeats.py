"""Signs of life of the running parts, for the status page."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from time import monotonic

from sqlalchemy import func
from sqlalchemy.dialects.postgresql import insert

from discharge.store.engine import Sessions, transaction
from discharge.store.tables import HeartbeatRow

EVERY = timedelta(seconds=5)


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
