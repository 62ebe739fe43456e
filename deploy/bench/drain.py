"""The drain: how many messages it interprets a second, and how many SQL statements one takes.

Beside it, in turns, the least that a message can cost: a row inserted and committed on one connection.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterator
from itertools import islice

from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine

from deploy.bench import messages
from deploy.bench.bare import InboxRows
from deploy.bench.measuring import Figure, Plan, Round, Subject, compare
from deploy.bench.scratch import scratch
from deploy.embedded import postgres
from discharge.clocks import CaseClock
from discharge.store.engine import make_engine, transaction
from fhir_adapters.feeds.loading import shipped_profiles
from fhir_adapters.hl7v2.envelope import read_envelope
from fhir_adapters.hl7v2.listening.arriving import arrived
from fhir_adapters.hl7v2.store.draining import drain_next
from fhir_adapters.hl7v2.store.inbox import feed_doors
from fhir_adapters.store.inbox import receive
from fhir_adapters.store.tables import Feed

A_ROUND = 60
"""Messages put before the drain at a time."""


async def run(plan: Plan) -> list[Figure]:
    """The drain beside a bare insert and commit, one after the other."""
    written = messages.simulated(600)
    async with scratch() as place:
        await place.start_postgres()
        engine = make_engine(place.url(postgres.WORKER))
        work = Drain(engine, messages.endless(written, secrets.token_hex(3).upper()))
        async with InboxRows.connected(place.url(postgres.WORKER), written, 1, state="not-used") as limit:
            figures = await compare(
                "draining",
                plan,
                Subject("bare insert and commit", limit.measure),
                Subject("homeward, one message interpreted", work.measure),
            )
        await engine.dispose()
    return figures


class Drain:
    """Gives the drain messages of the simulated hospital and lets it work them off."""

    def __init__(self, engine: AsyncEngine, stream: Iterator[bytes]) -> None:
        self._engine = engine
        self._stream = stream
        self._profiles = shipped_profiles()
        self._statements = 0
        event.listen(engine.sync_engine, "before_cursor_execute", self._count)

    def _count(self, *_: object) -> None:
        self._statements += 1

    async def measure(self, seconds: float) -> Round:
        """One round: batches of messages, until the time that the drain took reaches `seconds`."""
        took: list[float] = []
        interpreted = statements = 0
        while sum(took) < seconds:
            await self._put()
            self._statements = 0
            while await self._one(took):
                interpreted += 1
            statements += self._statements
        return Round(took, sum(took), statements=round(statements / interpreted, 1))

    async def _put(self) -> None:
        async with transaction(self._engine) as session:
            [door] = [door for door in await feed_doors(session) if door.code == "harrow-vale"]
            feed = Feed(id=door.feed_id, organisation_id=door.organisation_id)
            for raw in islice(self._stream, A_ROUND):
                await receive(session, feed, arrived(raw, read_envelope(raw), claimed=True))

    async def _one(self, took: list[float]) -> bool:
        begun = time.perf_counter()
        drained = await drain_next(self._engine, self._profiles, CaseClock.real())
        if drained is not None:
            took.append(time.perf_counter() - begun)
        return drained is not None
