"""The sums that the bed-days report reads: kept up by a schedule, and held against the rows that they are
sums of.

Whoever writes a counted row adds changes and waits for no one (`homeward_note_summands`, a trigger); reports
add up sums and changes.
"""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

AT_ONCE = 10_000

_DIFFERING = text("""
SELECT organisation_id FROM (
    SELECT organisation_id, what, key, day, n FROM counted_sums
    UNION ALL SELECT organisation_id, what, key, day, n FROM counted_changes
    UNION ALL SELECT lead, summand ->> 0, summand ->> 1, (summand ->> 2)::date, -(summand ->> 3)::integer
    FROM (
        SELECT leads, summands FROM counted_stays UNION ALL SELECT leads, summands FROM counted_lettings
    ) AS rows, LATERAL unnest(leads) AS lead, LATERAL jsonb_array_elements(summands) AS summand
) AS both_sides
GROUP BY organisation_id, what, key, day HAVING sum(n) <> 0
UNION SELECT organisation_id FROM (
    SELECT organisation_id, what, key, month, n FROM counted_months
    UNION ALL SELECT organisation_id, what, key, date_trunc('month', day)::date, -n FROM counted_sums
) AS both_sides
GROUP BY organisation_id, what, key, month HAVING sum(n) <> 0
""")


async def add_changes(session: AsyncSession) -> int:
    """Add some of the changes to the sums, so that reports have few rows to read; how many (worker role)."""
    added = await session.scalar(select(func.homeward_add_changes(AT_ONCE)))
    return int(added or 0)


async def differing_sums(session: AsyncSession) -> frozenset[UUID]:
    """Return the organisations with a sum that is not that of the counted rows (worker role)."""
    return frozenset(await session.scalars(_DIFFERING))
