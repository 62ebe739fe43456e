"""Writing messages into the inbox: one statement and one commit a message, before anybody is told that we
have it.

Unique is (feed, message id, SHA-256). The same bytes again add nothing and are counted; the same id with
other bytes is a row of its own, flagged.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import select, text, update
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncEngine

from discharge.clocks import CaseClock
from discharge.errors import Unavailable
from discharge.store.tables import CaseClockRow, Organisation
from fhir_adapters.feeds.choosing import FeedDoor
from fhir_adapters.store.tables import Feed

PROTOCOL = "hl7v2"
CONTENT_TYPE = "x-application/hl7-v2+er7"
UNASSIGNED = "unassigned"
"""The code of the feed that holds what no feed has claimed."""

_STORE = text(
    """
    INSERT INTO inbox (
        id, feed_id, organisation_id, message_id, sha256, raw, content_type, charset, message_type, trigger,
        version, event_time, acknowledgement, person_key, state, code, reason, same_id_other_bytes
    )
    VALUES (
        :id, :feed_id, :organisation_id, :message_id, :sha256, :raw, :content_type, :charset, :message_type, :trigger,
        :version, :event_time, :acknowledgement, :person_key, :state, :code, :reason,
        EXISTS (
            SELECT FROM inbox WHERE feed_id = :feed_id AND message_id = :message_id AND sha256 <> :sha256
        )
    )
    ON CONFLICT (feed_id, message_id, sha256)
    DO UPDATE SET times_received = inbox.times_received + 1, last_received_at = now()
    RETURNING id, xmax = 0 AS fresh
    """
)

_ADD_FEED = text(
    """
    INSERT INTO feeds (id, code, organisation_id, protocol) VALUES (:id, :code, :organisation, :protocol)
    ON CONFLICT (code) DO NOTHING
    """
)


@dataclass(frozen=True, slots=True)
class InboxMessage:
    """One message on its way into the inbox; texts that the header did not give are None."""

    feed_id: UUID
    organisation_id: UUID
    message_id: str
    sha256: str
    raw: bytes
    state: str
    acknowledgement: str | None
    content_type: str = CONTENT_TYPE
    charset: str | None = None
    message_type: str | None = None
    trigger: str | None = None
    version: str | None = None
    event_time: datetime | None = None
    person_key: str | None = None
    code: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class StoredMessage:
    """Where the message is; `fresh` is false when the same bytes were there already."""

    inbox_id: UUID
    fresh: bool


class PostgresInbox:
    """The inbox on PostgreSQL. Every method raises `Unavailable` when the database is away."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def store(self, message: InboxMessage) -> StoredMessage:
        """Commit one message; returns only when it is safe."""
        values = {name: getattr(message, name) for name in message.__slots__}
        try:
            async with self._engine.begin() as connection:
                row = (await connection.execute(_STORE, {"id": uuid4(), **values})).one()
        except (OperationalError, InterfaceError, PoolTimeout, OSError) as error:
            raise Unavailable("database-unavailable") from error
        except DBAPIError as error:
            raise Unavailable("internal", detail=type(error.orig).__name__) from error
        return StoredMessage(row.id, row.fresh)

    async def feeds(self) -> list[FeedDoor]:
        """Every HL7 v2 feed with what a message must show to belong to it."""
        query = select(Feed).where(Feed.protocol == PROTOCOL)
        try:
            async with self._engine.connect() as connection:
                rows = (await connection.execute(query)).all()
        except (OperationalError, InterfaceError, PoolTimeout, OSError) as error:
            raise Unavailable("database-unavailable") from error
        return [
            FeedDoor(
                feed_id=row.id,
                code=row.code,
                organisation_id=row.organisation_id,
                profile=row.profile,
                port=row.port,
                certificate=row.certificate,
                sending_application=row.sending_application,
                sending_facility=row.sending_facility,
            )
            for row in rows
        ]

    async def ensure_unassigned(self) -> FeedDoor:
        """The feed for what nobody claimed, made at first need for the organisation that runs the service."""
        known = [feed for feed in await self.feeds() if feed.code == UNASSIGNED]
        if known:
            return known[0]
        async with self._engine.begin() as connection:
            owner = (
                select(Organisation.id).order_by(Organisation.kind != "operator", Organisation.code).limit(1)
            )
            organisation_id = await connection.scalar(owner)
            if organisation_id is None:
                raise Unavailable("database-unavailable", detail="no-organisation")
            await connection.execute(
                _ADD_FEED,
                {"id": uuid4(), "code": UNASSIGNED, "organisation": organisation_id, "protocol": PROTOCOL},
            )
        return await self.ensure_unassigned()

    async def heard(self, feeds: dict[UUID, datetime], clock: CaseClock) -> None:
        """Note when each feed was last heard (wall time, and case time for lists)."""
        async with self._engine.begin() as connection:
            for feed_id, at in feeds.items():
                values = {"last_heard_at": at, "last_case_time": clock.case_time(at)}
                await connection.execute(update(Feed).where(Feed.id == feed_id).values(values))

    async def clock(self) -> CaseClock:
        """The clock of this data directory; the wall clock where none is fixed."""
        async with self._engine.connect() as connection:
            row = (await connection.execute(select(CaseClockRow))).first()
        return (
            CaseClock(origin=row.origin, case_origin=row.case_origin, factor=row.factor)
            if row
            else CaseClock.real()
        )
