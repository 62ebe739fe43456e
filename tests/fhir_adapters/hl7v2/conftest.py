from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from discharge.clocks import CaseClock
from discharge.store.engine import transaction
from fhir_adapters.feeds.book import ProfileBook
from fhir_adapters.feeds.profile_loader import shipped_profiles
from fhir_adapters.hl7v2.parse.envelope import read_envelope
from fhir_adapters.hl7v2.receive.inbox_row import arrived
from fhir_adapters.hl7v2.store.batch.drain import drain_some
from fhir_adapters.hl7v2.store.cases import join_awaiting
from fhir_adapters.hl7v2.store.merges import settle_cases
from fhir_adapters.hl7v2.store.replay_work import ask_replay, work_replays
from fhir_adapters.hl7v2.store.single_message import Drained
from fhir_adapters.store.inbox import receive
from fhir_adapters.store.message_search import MessageQuery
from fhir_adapters.store.tables import Feed, ReplayItemRow
from tests.fixtures.postgres import Places

T = TypeVar("T")


@dataclass(frozen=True)
class Intake:
    """A trust's feed on a real database: put messages in, let the drain work.

    `listener` signs in as the outermost programs do, `worker` as the drain does.
    """

    listener: AsyncEngine
    worker: AsyncEngine
    feed_id: UUID
    organisation_id: UUID

    async def put(self, *messages: bytes) -> None:
        async with transaction(self.worker) as session:
            feed = await session.get_one(Feed, self.feed_id)
            for raw in messages:
                await receive(session, feed, arrived(raw, read_envelope(raw), claimed=True))

    async def drain(self, profiles: ProfileBook | None = None) -> list[Drained]:
        """Handle everything that waits, then join cases that await a spell, as a worker does over time."""
        done: list[Drained] = []
        while drained := await drain_some(self.worker, profiles or shipped_profiles(), CaseClock.real()):
            done += drained
        async with transaction(self.worker) as session:
            await join_awaiting(session)
            await settle_cases(session)
        return done

    async def take(self, *messages: bytes) -> list[Drained]:
        await self.put(*messages)
        return await self.drain()

    async def replay(self, profiles: ProfileBook | None = None, **wanted: Any) -> list[str]:
        """Have messages read again as far as that puts them back; what became of each."""
        replay_id = uuid4()
        async with transaction(self.worker) as session:
            meant = MessageQuery(**wanted)
            await ask_replay(session, replay_id, self.organisation_id, meant, "put right", uuid4())
        while await work_replays(self.worker, profiles or shipped_profiles(), CaseClock.real()):
            pass
        return [str(row.outcome) for row in await self.rows(ReplayItemRow) if row.replay_id == replay_id]

    async def rows(self, table: type[T]) -> list[T]:
        async with transaction(self.worker) as session:
            return list(await session.scalars(select(table)))


@pytest.fixture
async def intake(owner: AsyncEngine, api: AsyncEngine, worker: AsyncEngine, places: Places) -> Intake:
    feed_id = uuid4()
    async with transaction(owner) as session:
        session.add(
            Feed(
                id=feed_id,
                code="RXH-PAS",
                organisation_id=places.trust,
                protocol="hl7v2",
                profile="itk-2.4",
                sending_application="PAS",
                sending_facility="RXH",
            )
        )
    return Intake(api, worker, feed_id, places.trust)
