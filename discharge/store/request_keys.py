"""Keys of requests: what a client asked for under a key of its own is done once, and answered alike again.

The same key with other content is refused. A request that was refused keeps no key: it may be sent again.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, CursorResult, delete, exists, func, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from discharge.errors import HomewardError
from discharge.store.tables import CommandRow, ReferralRequestRow, RequestKeyRow

HEADER = "Idempotency-Key"
KEPT_FOR = timedelta(days=30)
"""How long a key is remembered, in machine time: longer than any client tries again."""


@dataclass(frozen=True)
class RequestKey:
    """One key of one signed-in client, and the request that it stands for."""

    client_id: str
    client_key: str
    organisation_id: UUID
    user_id: UUID
    operation: str
    body_hash: str


@dataclass(frozen=True)
class Before:
    """The request came before; ``result`` is what came of it."""

    result: Any


async def done_before(session: AsyncSession, asked: RequestKey) -> Before | None:
    """What came of the same request before; None where it is new, and nobody else does it while this
    transaction lasts. Raises duplicate-key-other-body.
    """
    name = f"homeward.request-key:{asked.client_id}:{asked.client_key}"
    await session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(name, 0))))
    row = await session.get(RequestKeyRow, (asked.client_id, asked.client_key))
    if row is None:
        return None
    if (row.operation, row.body_hash) != (asked.operation, asked.body_hash):
        raise _used()
    return Before(row.result)


async def keep_result(session: AsyncSession, asked: RequestKey, result: Any) -> None:
    """Keep what came of a new request, in the transaction that did it. Raises duplicate-key-other-body for
    the key of a command or a referral.
    """
    statement = insert(RequestKeyRow).values(**vars(asked), result=result)
    elsewhere = _elsewhere(asked.client_id, asked.client_key)
    added = statement.on_conflict_do_nothing().returning(RequestKeyRow.client_key, elsewhere)
    row = (await session.execute(added)).one_or_none()
    if row is None or row[1]:
        raise _used()


def stands_for_other(
    client_id: str | ColumnElement[str], client_key: str | ColumnElement[str]
) -> ColumnElement[bool]:
    """Whether a key stands for a request that is neither command nor referral, to be asked in a statement."""
    return exists().where(RequestKeyRow.client_id == client_id, RequestKeyRow.client_key == client_key)


async def require_unused(session: AsyncSession, client_id: str, client_key: str) -> None:
    """Refuse a key that stands for another request, for what keeps its own keys or none. Raises
    duplicate-key-other-body.
    """
    other = or_(stands_for_other(client_id, client_key), _elsewhere(client_id, client_key))
    if await session.scalar(select(other)):
        raise _used()


async def forget_old(session: AsyncSession) -> int:
    """Forget keys that nobody sends again; how many (worker role)."""
    old = delete(RequestKeyRow).where(RequestKeyRow.used_at < func.now() - KEPT_FOR)
    done = await session.execute(old)
    return done.rowcount if isinstance(done, CursorResult) else 0


def _elsewhere(client_id: str, client_key: str) -> ColumnElement[bool]:
    """Whether the key stands for a command or a referral, which hold their keys themselves."""
    command, referral = (
        exists().where(table.client_id == client_id, table.client_key == client_key)
        for table in (CommandRow, ReferralRequestRow)
    )
    return or_(command, referral)


def _used() -> HomewardError:
    return HomewardError("duplicate-key-other-body", where=HEADER)
