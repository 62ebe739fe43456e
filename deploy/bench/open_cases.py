"""What many open cases cost one worker: its memory, how many cases it keeps, and how many it replays.

The cases are those of a grown record; each gets its workflow, as after a restore. Then some of them, by
chance, take a command. A case that the worker has kept answers at
once; another is replayed from its history first. The worker runs in the process that measures.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import psutil
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine
from temporalio.client import Client
from temporalio.worker import WorkflowRunner

from deploy.bench.commands import stack_at, start_servers
from deploy.bench.grown_record import GrownRecord
from deploy.bench.scratch import scratch
from deploy.embedded import postgres
from discharge.cases.commands import ENVELOPE, Envelope, SetNeededBy
from discharge.cases.model import Actor
from discharge.clocks import CaseClock
from discharge.store.engine import make_engine, make_sessions, transaction
from discharge.store.tables import CaseRow, CommandRow
from fhir_adapters.background import spawn
from workflows import client as cases
from workflows import ports, worker_pool
from workflows.codec import PayloadKeys
from workflows.connection import TemporalAccess, connect
from workflows.worker import IN_PRODUCTION

AT_ONCE = 32
MIB = 1024 * 1024
LOOK_SECONDS = 0.2
LONGEST = timedelta(seconds=60)


@dataclass(frozen=True)
class Weighed:
    """One moment of a worker: its memory in MiB, how many runs it has begun or replayed since the moment
    before, and how many seconds that took.
    """

    name: str
    memory_mib: float
    runs: int
    seconds: float


class CountingRunner(WorkflowRunner):
    """Counts the runs of cases that a worker begins: those that are new, and those that it replays."""

    def __init__(self) -> None:
        self._inner = IN_PRODUCTION
        self.begun = 0

    def prepare_workflow(self, defn: Any) -> None:
        """Part of `WorkflowRunner`."""
        self._inner.prepare_workflow(defn)

    def create_instance(self, det: Any) -> Any:
        """Part of `WorkflowRunner`."""
        self.begun += det.info.workflow_type == ports.CASE_WORKFLOW
        return self._inner.create_instance(det)

    def set_worker_level_failure_exception_types(self, types: Any) -> None:
        """Part of `WorkflowRunner`."""
        self._inner.set_worker_level_failure_exception_types(types)


async def run(open_cases: int, asked: int) -> list[Weighed]:
    """Begin so many cases, then ask some of them by chance. Raises PartFailed."""
    async with scratch() as place:
        await place.start_postgres()
        stack = stack_at(place)
        await start_servers(place, stack, {"temporal"})
        engine = make_engine(place.url(postgres.WORKER))
        grown = GrownRecord(engine, place.url(postgres.OWNER))
        await grown.tell()
        grown.grow(open_cases)
        keys = PayloadKeys.parse(stack.keys.payload_keys())
        client = await connect(TemporalAccess(stack.address.temporal), keys)
        counting = CountingRunner()
        needs = worker_pool.Needs(make_sessions(engine), client, CaseClock.real(), runner=counting)
        working = [spawn("worker", worker.run()) for worker in worker_pool.workers(needs)]
        try:
            return await _weigh(engine, client, counting, open_cases, asked)
        finally:
            for each in working:
                each.cancel()
            await asyncio.wait(working)
            await engine.dispose()


async def _weigh(
    engine: AsyncEngine, client: Client, counting: CountingRunner, open_cases: int, asked: int
) -> list[Weighed]:
    async with transaction(engine) as session:
        is_open = select(CaseRow.id, CaseRow.referrer_id).where(CaseRow.closed_on.is_(None))
        owners = {case: owner for case, owner in await session.execute(is_open.limit(open_cases))}  # noqa: C416
    at = _Moment(counting)
    moments = [at.weigh("before the first case")]

    asked_for = 0

    async def begin(case_id: UUID) -> None:
        nonlocal asked_for
        await cases.ensure_case(client, CaseClock.real(), case_id)
        asked_for += 1
        while asked_for - counting.begun > AT_ONCE:  # noqa: ASYNC110 - nobody says so
            await asyncio.sleep(LOOK_SECONDS)

    async def ask(case_id: UUID) -> None:
        command = _command(case_id, owners[case_id])
        async with transaction(engine) as session:
            session.add(_row(command))
        if await cases.execute_command(client, CaseClock.real(), command, within=LONGEST) is None:
            raise TimeoutError("a command was not answered")

    await _at_once(begin, owners)
    while counting.begun < len(owners):  # noqa: ASYNC110 - nobody says so
        await asyncio.sleep(LOOK_SECONDS)
    moments.append(at.weigh(f"{len(owners):,} open cases, {worker_pool.MOST_CACHED:,} kept"))
    chosen = random.choices(sorted(owners), k=asked)  # noqa: S311 - which cases does not matter
    await _at_once(ask, chosen)
    return [*moments, at.weigh(f"{asked:,} commands to cases by chance")]


def _command(case_id: UUID, organisation_id: UUID) -> Envelope:
    """That somebody of the ward's team says by which day the home is needed."""
    today = datetime.now(UTC).date()
    return Envelope(
        command_id=uuid4(),
        case_id=case_id,
        actor=Actor(organisation_id=organisation_id, role="discharge-team"),
        effective_on=today,
        command=SetNeededBy(needed_by=today + timedelta(days=30)),
    )


def _row(command: Envelope) -> CommandRow:
    """A command as the API keeps it."""
    return CommandRow(
        id=command.command_id,
        case_id=command.case_id,
        client_id="bench",
        client_key=str(command.command_id),
        body_hash="",
        kind=command.command.kind,
        envelope=ENVELOPE.write(command),
        organisation_id=command.actor.organisation_id,
        role=command.actor.role,
        effective_on=command.effective_on,
    )


class _Moment:
    """What has changed since the moment before."""

    def __init__(self, counting: CountingRunner) -> None:
        self._counting, self._begun, self._at = counting, 0, time.perf_counter()

    def weigh(self, name: str) -> Weighed:
        begun, now = self._counting.begun, time.perf_counter()
        memory = psutil.Process().memory_info().rss / MIB
        found = Weighed(name, round(memory, 1), begun - self._begun, round(now - self._at, 1))
        self._begun, self._at = begun, now
        return found


async def _at_once(work: Callable[[UUID], Awaitable[None]], about: Iterable[UUID]) -> None:
    waiting = iter(about)

    async def one() -> None:
        for case_id in waiting:
            await work(case_id)

    await asyncio.gather(*(one() for _ in range(AT_ONCE)))
