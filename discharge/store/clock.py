"""Case time of this database: fixed by the first start, and the same for ever after."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from discharge.clocks import CaseClock
from discharge.store.tables import CaseClockRow, HeartbeatRow


async def load_or_fix_clock(
    session: AsyncSession, factor: float | None = None, *, wall: datetime | None = None
) -> CaseClock:
    """The clock of this database; the first to ask fixes it (worker or owner role).

    ``factor`` is the number of case seconds in one real second; None or 1 is the wall clock itself. ``wall``
    is the instant at which an accelerated clock agrees with the wall; now, unless given. A later ``factor``
    changes nothing: compare with :func:`differs`.
    """
    starts = _starting(factor, wall or datetime.now(UTC))
    statement = insert(CaseClockRow).values(id=1, **starts.model_dump()).on_conflict_do_nothing()
    await session.execute(statement)
    clock = await load_clock(session)
    return clock or starts


async def load_clock(session: AsyncSession) -> CaseClock | None:
    """The clock if it was fixed already (any role)."""
    row = await session.scalar(select(CaseClockRow))
    return CaseClock(origin=row.origin, case_origin=row.case_origin, factor=row.factor) if row else None


def differs(clock: CaseClock, factor: float | None) -> str | None:
    """A sentence for whoever asked for another factor than the clock has; None when they agree."""
    if factor is None or abs(factor - clock.factor) < 1e-9:
        return None
    return (
        f"Case time of this data has run {clock.factor:g} times as fast as the wall clock since its first "
        f"start, so {factor:g} times is not used. Take another data directory for another speed."
    )


def _starting(factor: float | None, wall: datetime) -> CaseClock:
    return CaseClock.real() if factor is None or factor == 1 else CaseClock.starting(wall, factor)


async def beat(session: AsyncSession, part: str, at: datetime, detail: str | None = None) -> None:
    """Say that a running part (worker, drain, relay, mllp) is alive at a wall time; ``detail`` is coded."""
    statement = insert(HeartbeatRow).values(part=part, beat_at=at, detail=detail)
    changed = {"beat_at": at, "detail": detail}
    await session.execute(statement.on_conflict_do_update(index_elements=["part"], set_=changed))
