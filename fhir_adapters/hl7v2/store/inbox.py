"""The listener's side of the inbox: which feeds there are, and one committed row a message."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from discharge.clocks import CaseClock
from discharge.errors import Unavailable
from discharge.store.engine import transaction
from discharge.store.tables import CaseClockRow
from fhir_adapters.hl7v2.receive.directory import FeedDoor, LateOutcome
from fhir_adapters.hl7v2.store.group_commit import Committer, SharedCommits
from fhir_adapters.store.inbox import Arrived, Named, Received
from fhir_adapters.store.tables import Feed, InboxRow

PROTOCOL = "hl7v2"
WAITING = "stored"
"""The state of a message that the drain has yet to handle."""


class PostgresInbox:
    """The inbox on PostgreSQL; every method raises `Unavailable` when the database is away."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._committer = Committer(engine)
        self._commits = SharedCommits(self._committer.commit)

    async def store(self, door: FeedDoor, arrived: Arrived, due: float) -> Received:
        """Commit one message, together with those that come in meanwhile; returns only when it is safe."""
        return await self._commits.add(door, Named.of(arrived), due)

    async def close(self) -> None:
        """End the connections that it keeps."""
        await self._committer.close()

    async def feeds(self) -> list[FeedDoor]:
        """Every HL7 v2 feed with what a message must show to belong to it."""
        async with transaction(self._engine) as session:
            return await feed_doors(session)

    async def unassigned(self) -> FeedDoor:
        """The feed for what nobody claimed, made at first need for the organisation that runs the service."""
        async with transaction(self._engine) as session:
            feed_id = await session.scalar(select(func.homeward_unassigned_feed()))
            if feed_id is None:
                raise Unavailable("database-unavailable", detail="no-organisation")
            return _door(await session.get_one(Feed, feed_id))

    async def note_turned_away(self, door: FeedDoor, times: int) -> None:
        """Count messages that came from outside the networks of their feed."""
        async with transaction(self._engine, organisation_id=door.organisation_id) as session:
            refused = {"refused_times": Feed.refused_times + times, "refused_at": func.now()}
            await session.execute(update(Feed).where(Feed.id == door.feed_id).values(refused))

    async def note_late_answers(self, organisation_id: UUID, ids: Collection[UUID], is_: LateOutcome) -> None:
        """Write down what became of the application acknowledgements of messages."""
        async with transaction(self._engine, organisation_id=organisation_id) as session:
            await session.execute(update(InboxRow).where(InboxRow.id.in_(ids)).values(application_answer=is_))

    async def handled(self, organisation_id: UUID, ids: Collection[UUID]) -> set[UUID]:
        """Which of these messages wait for the drain no more."""
        async with transaction(self._engine, organisation_id=organisation_id) as session:
            waiting = InboxRow.state == WAITING
            return set(await session.scalars(select(InboxRow.id).where(InboxRow.id.in_(ids), ~waiting)))

    async def clock(self) -> CaseClock:
        """The clock of this database; the wall clock where none is fixed."""
        async with transaction(self._engine) as session:
            row = await session.scalar(select(CaseClockRow))
        if row is None:
            return CaseClock.real()
        return CaseClock(origin=row.origin, case_origin=row.case_origin, factor=row.factor)


async def feed_doors(session: AsyncSession) -> list[FeedDoor]:
    """Every HL7 v2 feed with what a message must show to belong to it."""
    return [_door(row) for row in await session.scalars(select(Feed).where(Feed.protocol == PROTOCOL))]


def _door(row: Feed) -> FeedDoor:
    return FeedDoor(
        feed_id=row.id,
        code=row.code,
        organisation_id=row.organisation_id,
        profile=row.profile,
        port=row.port,
        certificate=row.certificate,
        sending_application=row.sending_application,
        sending_facility=row.sending_facility,
        networks=tuple(row.networks),
        message_bytes=row.message_bytes,
        messages_per_second=row.messages_per_second,
    )
