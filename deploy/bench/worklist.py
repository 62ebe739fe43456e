"""What a rush of messages costs somebody who reads the worklist meanwhile.

Three processes share the machine, as in a running stack: the API, the drain, and whoever reads. The baseline
is the same reader with nothing to interpret.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import time
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from uuid import UUID, uuid4

import httpx
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from deploy.bench.api_process import signed_in, start_api
from deploy.bench.backlog import Backlog
from deploy.bench.scratch import Scratch
from deploy.bench.timing_rounds import Figure, Round, figure
from deploy.collector import leave_out_what_is_loaded
from deploy.embedded import postgres
from discharge.cases.commands import Envelope, Refer
from discharge.cases.model import Actor
from discharge.clocks import CaseClock
from discharge.store.engine import make_engine, transaction
from discharge.store.tables import Organisation, Spell
from fhir_adapters.feeds.profile_loader import shipped_profiles
from fhir_adapters.hl7v2.store.batch.drain import drain_some
from housing_checks.store.apply import apply

QUIET = "worklist read, nothing to interpret"
QUIET_SECONDS = 8.0
CASES = 100
PAUSE = 0.05
"""Seconds between two reads."""


async def run(place: Scratch, engine: AsyncEngine, stream: Iterator[bytes], number: int) -> list[Figure]:
    """Read the worklist alone, then while so many messages are interpreted."""
    backlog = Backlog(engine, stream)
    await _open_cases(engine)
    async with signed_in(place, await start_api(place), "discharge-team", "RXH") as client:
        with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as drains:
            url = place.url(postgres.WORKER)
            await asyncio.wrap_future(drains.submit(work_off, url))  # its modules are loaded by now
            alone = await _read(client, _after(QUIET_SECONDS))
            await backlog.put(number)
            working = drains.submit(work_off, url)
            meanwhile = await _read(client, working)
            seconds = working.result()
    took = Round([seconds / number] * number, seconds)
    name = f"{number:,} messages about different people interpreted"
    return [
        figure("a rush of messages", QUIET, [alone], QUIET, [alone]),
        replace(
            figure("a rush of messages", f"worklist read, {name}", [meanwhile], QUIET, [alone]),
            ratio=round(alone.percentile_ms(0.95) / meanwhile.percentile_ms(0.95), 3),
        ),
        replace(figure("a rush of messages", name, [took], QUIET, [took]), p95_ms=None, baseline=QUIET),
    ]


def work_off(url: str) -> float:
    """Interpret all that waits, as a worker does; the seconds that it took."""
    return asyncio.run(_work_off(url))


async def _work_off(url: str) -> float:
    leave_out_what_is_loaded()
    engine, profiles = make_engine(url), shipped_profiles()
    begun = time.perf_counter()
    while await drain_some(engine, profiles, CaseClock.real()):
        pass
    took = time.perf_counter() - begun
    await engine.dispose()
    return took


async def _open_cases(engine: AsyncEngine) -> None:
    """Cases for people who have a stay."""
    now = datetime.now(UTC)
    async with transaction(engine) as session:
        services = select(Organisation.id).where(Organisation.kind == "housing-health").limit(1)
        service_id = await session.scalar(services)
        stays = select(Spell.person_id, Spell.organisation_id).distinct().limit(CASES)
        people = (await session.execute(stays)).all()
    for person_id, organisation_id in people:
        await _refer(engine, person_id, organisation_id, service_id, now)


async def _refer(engine: AsyncEngine, person_id: UUID, by: UUID, to: UUID | None, now: datetime) -> None:
    envelope = Envelope(
        command_id=uuid4(),
        case_id=uuid4(),
        actor=Actor(organisation_id=by, role="discharge-team"),
        effective_on=now.date(),
        command=Refer(person_id=person_id, organisation_id=by, service_id=to),
    )
    async with transaction(engine) as session:
        await apply(session, envelope, now)


@dataclass(frozen=True)
class _Until:
    """A moment, asked for as a piece of work is: whether it has come."""

    at: float

    def done(self) -> bool:
        return time.perf_counter() >= self.at


def _after(seconds: float) -> _Until:
    return _Until(time.perf_counter() + seconds)


async def _read(client: httpx.AsyncClient, until: _Until | Future[float]) -> Round:
    """Read the worklist again and again."""
    took: list[float] = []
    while not until.done() or not took:
        begun = time.perf_counter()
        (await client.get("/api/v1/cases")).raise_for_status()
        took.append(time.perf_counter() - begun)
        await asyncio.sleep(PAUSE)
    return Round(took, sum(took))
