"""The sweep that proves, on the live record, that every open case is what its events say.

Each open case has its turn once a day. What differs is kept beside the case, as names of fields and tables,
until a later look finds it mended; an alarm counts these cases.
"""

from __future__ import annotations

from datetime import timedelta
from logging import getLogger

from sqlalchemy import func, or_, select, update

from discharge.store.consistency import check_cases
from discharge.store.engine import Sessions, transaction
from discharge.store.tables import CaseRow

EVERY = timedelta(days=1)
AT_ONCE = 20
_log = getLogger("homeward.sweep")


async def sweep(sessions: Sessions) -> bool:
    """Check the open cases whose turn it is, some at a time; whether there may be more."""
    turn = or_(CaseRow.swept_at.is_(None), CaseRow.swept_at < func.now() - EVERY)
    some = select(CaseRow.id).where(CaseRow.closed_on.is_(None), turn).limit(AT_ONCE)
    async with transaction(sessions) as session:
        ids = (await session.scalars(some.order_by(CaseRow.swept_at.nulls_first()))).all()
    for case_id in ids:
        async for each in check_cases(sessions, case_id):
            if each.newer:
                _log.info("case %s was recorded by a newer version, which will check it", case_id)
            found = "; ".join(each.differences) or None
            if found:
                _log.error("case %s is not as its events say: %s", case_id, found)
            async with transaction(sessions) as session:
                swept = update(CaseRow).where(CaseRow.id == case_id)
                await session.execute(swept.values(swept_at=func.now(), differs=found))
    return len(ids) == AT_ONCE
