"""The drain: how many messages it interprets a second, and how many SQL statements one takes.

Beside it, in turns, the least that a message can cost: a row inserted and committed on one connection.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterator

from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine

from deploy.bench import messages, worklist
from deploy.bench.backlog import Backlog
from deploy.bench.bare import InboxRows
from deploy.bench.scratch import scratch
from deploy.bench.timing_rounds import Figure, Plan, Round, Subject, compare
from deploy.collector import leave_out_what_is_loaded
from deploy.embedded import postgres
from discharge.clocks import CaseClock
from discharge.store.engine import make_engine
from fhir_adapters.feeds.profile_loader import shipped_profiles
from fhir_adapters.hl7v2.store.batch.drain import drain_some


class NotInterpreted(Exception):
    """A message was parked, so that its time says nothing."""


RUSH_FROM = 500_000
"""The first of the people in the rush, so that none of them is known."""
A_ROUND = 256
"""Messages put before the drain at a time: as many as two goes of it take."""


async def run(plan: Plan, rush: int) -> list[Figure]:
    """The drain beside a bare insert and commit; then the worklist while `rush` messages come at once."""
    leave_out_what_is_loaded()
    written = messages.simulated(600)
    run_id = secrets.token_hex(3).upper()
    async with scratch() as place:
        await place.start_postgres()
        engine = make_engine(place.url(postgres.WORKER))
        others = Drain(engine, messages.different_people(written, f"D{run_id}"))
        patients = Drain(engine, messages.endless(written, run_id))
        async with InboxRows.connected(place.url(postgres.WORKER), written, 1, state="not-used") as limit:
            figures = await compare(
                "draining",
                plan,
                Subject("bare insert and commit", limit.measure),
                Subject("homeward, messages about different people", others.measure),
                Subject("homeward, the same 40 patients over and over", patients.measure),
            )
        strangers = messages.different_people(written, f"R{run_id}", first=RUSH_FROM)
        figures += await worklist.run(place, engine, strangers, rush)
        await engine.dispose()
    return figures


class Drain:
    """Gives the drain messages and lets it work them off."""

    def __init__(self, engine: AsyncEngine, stream: Iterator[bytes]) -> None:
        self._engine = engine
        self._backlog = Backlog(engine, stream)
        self._profiles = shipped_profiles()
        self._statements = 0
        event.listen(engine.sync_engine, "before_cursor_execute", self._count)

    def _count(self, _: object, __: object, ___: str, parameters: object, ____: object, many: bool) -> None:
        """A statement that is executed for many rows one by one counts as many."""
        self._statements += len(parameters) if many and isinstance(parameters, list) else 1

    async def measure(self, seconds: float) -> Round:
        """One round: batches of messages, until the time that the drain took reaches `seconds`."""
        took: list[float] = []
        statements = 0
        while sum(took) < seconds:
            await self._backlog.put(A_ROUND)
            self._statements = 0
            while each := await self._some():
                took += each
            statements += self._statements
        return Round(took, sum(took), statements=round(statements / len(took), 2))

    async def _some(self) -> list[float]:
        """One go of the drain: each message took its share of the time. Raises NotInterpreted."""
        begun = time.perf_counter()
        drained = await drain_some(self._engine, self._profiles, CaseClock.real())
        took = time.perf_counter() - begun
        parked = next((done for done in drained if done.state == "parked"), None)
        if parked:
            raise NotInterpreted(parked.reason)
        return [took / len(drained)] * len(drained) if drained else []
