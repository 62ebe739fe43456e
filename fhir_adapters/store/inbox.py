"""The inbox: every message is kept byte for byte, and committed, before anybody is told that it arrived.

Unique is (feed, message id, SHA-256). The same bytes again are counted and change nothing; the same id with
other bytes is kept as a message of its own and flagged.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from discharge.store.engine import set_tenant
from fhir_adapters.store.tables import Feed, InboxRow

HEARD_EVERY = timedelta(seconds=5)
"""How exactly a feed's last sign of life is kept; any finer, and all its messages would queue for one row."""


@dataclass(frozen=True)
class Arrived:
    """One message as the door saw it; whatever could not be read from it is None.

    ``message_id`` is MSH-10, a Bundle's or request's id, or empty: then the hash is its id. ``state`` is
    ``stored`` for the drain, or where it stays (``not-used``, ``parked``, ``unassigned``, ``rejected``), then
    with ``code`` of the table of errors and ``reason`` (no person's data). ``event_time`` is in case time.
    """

    raw: bytes
    content_type: str
    message_id: str = ""
    charset: str | None = None
    message_type: str | None = None
    trigger: str | None = None
    version: str | None = None
    event_time: datetime | None = None
    person_key: str | None = None
    acknowledgement: str | None = None
    state: str = "stored"
    code: str | None = None
    reason: str | None = None


@dataclass(frozen=True)
class Received:
    """The row that holds the message, and whether its bytes, or its id with other bytes, came before."""

    id: UUID
    repeated: bool
    same_id_other_bytes: bool


async def receive(session: AsyncSession, feed: Feed, arrived: Arrived) -> Received:
    """Keep a message of a feed, in the name of the feed's organisation; safe once the caller commits.

    Only the feed's id and organisation are used, so a :class:`Feed` that was built from them will do.
    """
    await set_tenant(session, feed.organisation_id)
    sha256 = hashlib.sha256(arrived.raw).hexdigest()
    message_id = arrived.message_id or f"sha256:{sha256}"
    await _lock(session, feed.id, message_id)
    repeated = await _count_again(session, feed.id, message_id, sha256)
    if repeated is not None:
        return repeated
    known = await _known(session, feed.id, message_id)
    row_id = uuid4()
    values = {name: value for name, value in vars(arrived).items() if name != "message_id"}
    await session.execute(
        insert(InboxRow).values(
            id=row_id,
            feed_id=feed.id,
            organisation_id=feed.organisation_id,
            message_id=message_id,
            sha256=sha256,
            same_id_other_bytes=known,
            **values,
        )
    )
    await _heard(session, feed.id, arrived.event_time)
    return Received(row_id, repeated=False, same_id_other_bytes=known)


async def _lock(session: AsyncSession, feed_id: UUID, message_id: str) -> None:
    """One at a time for one message id, so that two connections cannot both be the first."""
    key = func.hashtextextended(f"homeward.inbox:{feed_id}:{message_id}", 0)
    await session.execute(select(func.pg_advisory_xact_lock(key)))


async def _count_again(session: AsyncSession, feed_id: UUID, message_id: str, sha256: str) -> Received | None:
    found = await session.execute(
        update(InboxRow)
        .where(InboxRow.feed_id == feed_id, InboxRow.message_id == message_id, InboxRow.sha256 == sha256)
        .values(times_received=InboxRow.times_received + 1, last_received_at=func.now())
        .returning(InboxRow.id, InboxRow.same_id_other_bytes)
    )
    row = found.one_or_none()
    return Received(row.id, repeated=True, same_id_other_bytes=row.same_id_other_bytes) if row else None


async def _known(session: AsyncSession, feed_id: UUID, message_id: str) -> bool:
    same_id = select(InboxRow.id).where(InboxRow.feed_id == feed_id, InboxRow.message_id == message_id)
    return await session.scalar(same_id.limit(1)) is not None


async def _heard(session: AsyncSession, feed_id: UUID, event_time: datetime | None) -> None:
    long_ago = or_(Feed.last_heard_at.is_(None), Feed.last_heard_at < func.now() - HEARD_EVERY)
    await session.execute(
        update(Feed)
        .where(Feed.id == feed_id, long_ago)
        .values(last_heard_at=func.now(), last_case_time=func.coalesce(event_time, Feed.last_case_time))
        .execution_options(synchronize_session=False)
    )
