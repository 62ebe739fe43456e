"""Tables that are split by month: the partitions of the months to come, and what is missing of them.

A month is one of machine time, in UTC. What comes while its month has no partition is not refused: it lies
in a partition for all else until its month has one.
"""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

_MAKE = text("SELECT homeward_make_months()")
_MISSING = text(
    "SELECT tab, to_char(until_at, 'YYYY-MM'), astray FROM homeward_months_missing() ORDER BY tab"
)


class Missing(NamedTuple):
    """A table whose next month has no partition; `astray`: it holds rows of a month that has none."""

    table: str
    first_month: str
    astray: bool


async def make_months(session: AsyncSession) -> int:
    """Make the partitions of this month and of the next three where there is none, and return how many.

    Waits three seconds at most for whoever reads such a table. Raises OperationalError.
    """
    return int((await session.execute(_MAKE)).scalar_one())


async def months_missing(session: AsyncSession) -> list[Missing]:
    """Return each table that needs a partition by the end of this month."""
    return [Missing(*row) for row in await session.execute(_MISSING)]
