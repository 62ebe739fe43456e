"""The case clock of this database: stored once, at the first start, and the same for ever after."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from discharge.clocks import CaseClock
from discharge.store.engine import Sessions, transaction
from discharge.store.tables import CaseClockRow


async def fixed_clock(sessions: Sessions, factor: float) -> CaseClock:
    """Return the stored clock; the first to ask stores one that runs ``factor`` times as fast as the wall."""
    first = CaseClock.real() if factor == 1.0 else CaseClock.starting(datetime.now(UTC), factor)
    row = insert(CaseClockRow).values(id=1, **first.model_dump())
    async with transaction(sessions) as session:
        await session.execute(row.on_conflict_do_nothing())
        stored = await session.scalar(select(CaseClockRow).where(CaseClockRow.id == 1))
    if stored is None:
        return first
    return CaseClock(origin=stored.origin, case_origin=stored.case_origin, factor=stored.factor)
