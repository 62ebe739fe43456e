"""Tables that are split by month: the partitions of the months to come, and what is missing of them.

A month is one of machine time, in UTC. What comes while its month has no partition is not refused: it lies
in a partition for all else until its month has one.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

_MAKE = text("SELECT homeward_make_months()")
_MISSING = text(
    "SELECT tab, to_char(until_at, 'YYYY-MM'), astray FROM homeward_months_missing() ORDER BY tab"
)


_ALL = text(
    """
    SELECT tab, part, from_at, until_at, greatest(reltuples, 0)::bigint, pg_total_relation_size(pg_class.oid)
    FROM homeward_months() JOIN pg_class ON relname = part AND relnamespace = 'public'::regnamespace
    ORDER BY tab, until_at
    """
)


class Month(NamedTuple):
    """One partition: from when (None: from the beginning) to before when, in UTC; `rows` is PostgreSQL's
    estimate, `bytes` its size with its indexes.
    """

    table: str
    partition: str
    from_at: datetime | None
    until_at: datetime
    rows: int
    bytes: int

    @property
    def words(self) -> str:
        """Its months."""
        last = f"{self.until_at - timedelta(days=1):%Y-%m}"
        if self.from_at is None:
            return f"up to {last}"
        first = f"{self.from_at:%Y-%m}"
        return first if first == last else f"{first} to {last}"


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


async def all_months(session: AsyncSession) -> list[Month]:
    """Return the partitions of every table that is split by month, but those for what has no month yet."""
    return [Month(*row) for row in await session.execute(_ALL)]
