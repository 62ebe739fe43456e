"""Counts the stays of cases that are not counted as this version counts.

A case recorded by an earlier version has no counted stays or none with summands, and whatever changes the way
of counting says so by a migration that empties ``cases.summed_version``. Reports read such a case itself
until its turn has come.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from discharge.cases.model import SNAPSHOT
from discharge.store.projections import COUNTED, Change, project_part
from discharge.store.record_rows import COUNTED_UP_TO
from discharge.store.tables import CaseRow
from discharge.stored import SCHEMA

UNCOUNTED: ColumnElement[bool] = CaseRow.summed_version.is_distinct_from(CaseRow.version)
AT_ONCE = 20
"""A command of one of these cases waits meanwhile."""
KNOWN: ColumnElement[bool] = CaseRow.snapshot[SCHEMA].as_integer() <= SNAPSHOT.schema
"""What a newer build wrote is left to it."""


async def count_anew(session: AsyncSession) -> bool:
    """Count some of them; whether there may be more. One that somebody is writing is left for later."""
    some = select(CaseRow).where(UNCOUNTED, KNOWN).limit(AT_ONCE).with_for_update(skip_locked=True)
    rows: Sequence[CaseRow] = (await session.scalars(some)).all()
    for row in rows:
        whole = Change(None, SNAPSHOT.read(row.snapshot), ())
        for part in COUNTED:
            await project_part(session, part, whole)
    done = update(CaseRow).where(CaseRow.id.in_([row.id for row in rows]))
    await session.execute(done.values(dict.fromkeys(COUNTED_UP_TO, CaseRow.version)))
    return len(rows) == AT_ONCE
