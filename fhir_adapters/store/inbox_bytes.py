"""The bytes of messages, by month of their receipt, and how those of earlier versions come there.

Earlier versions kept the bytes in the message's own row. They are moved a few at a time, the oldest first;
until then they are read from the row.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import LargeBinary, func, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from discharge.store.base import Base

AT_ONCE = 100
"""Messages moved in one transaction; the drain leaves them alone meanwhile."""


class InboxBytesRow(Base):
    """The bytes of one message, written by the statement that writes its row.

    ``received_at`` is the row's own. No foreign key holds the two together: for each new month it would lock
    the inbox against whoever writes messages.
    """

    __tablename__ = "inbox_bytes"
    __table_args__ = ({"postgresql_partition_by": "RANGE (received_at)"},)

    inbox_id: Mapped[UUID] = mapped_column(primary_key=True)
    received_at: Mapped[datetime] = mapped_column(server_default=func.now(), primary_key=True)
    raw: Mapped[bytes] = mapped_column(LargeBinary)


_COPY = text(
    """
    INSERT INTO inbox_bytes (inbox_id, received_at, raw)
    SELECT id, received_at, raw_inline FROM inbox WHERE raw_inline IS NOT NULL
    ORDER BY sequence LIMIT :most FOR UPDATE SKIP LOCKED
    RETURNING inbox_id
    """
)
_TAKE_OUT = text("UPDATE inbox SET size = octet_length(raw_inline), raw_inline = NULL WHERE id = ANY(:moved)")
_NOT_OVER = text(
    """
    SELECT to_char(received_at AT TIME ZONE 'UTC', 'YYYY-MM'), count(*) FROM inbox
    WHERE state IN ('stored', 'parked', 'unassigned', 'proposed') GROUP BY 1
    """
)
_LEFT = text("SELECT count(*) FROM inbox WHERE raw_inline IS NOT NULL")


async def move_bytes(session: AsyncSession) -> int:
    """Move the bytes of some messages of earlier versions; how many. Whatever somebody works on is left for
    later. PostgreSQL takes no bytes out of a row that do not lie in the other table.
    """
    moved = list(await session.scalars(_COPY, {"most": AT_ONCE}))
    if moved:
        await session.execute(_TAKE_OUT, {"moved": moved})
    return len(moved)


async def not_moved(session: AsyncSession) -> int:
    """Return how many messages still hold their bytes in their own row."""
    return int((await session.execute(_LEFT)).scalar_one())


async def not_over(session: AsyncSession) -> dict[str, int]:
    """Return how many messages of each month (``2026-11``, UTC) wait or need somebody."""
    return {row[0]: row[1] for row in await session.execute(_NOT_OVER)}
