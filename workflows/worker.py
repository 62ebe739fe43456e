"""The worker: workflows and their activities, and the loops that stand between the record and Temporal.

Two halves with different needs. The drain needs PostgreSQL alone and works on while Temporal is away; the
rest needs both. Whatever is missing is waited for, with a log line that says what.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

import httpx
from sqlalchemy.ext.asyncio import AsyncEngine
from temporalio.client import Client
from temporalio.worker import Worker
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions
from temporalio.workflow import NondeterminismError

from discharge.clocks import CaseClock
from discharge.store.engine import Sessions, make_engine, make_sessions, transaction
from fhir_adapters.feeds.book import ProfileBook
from fhir_adapters.feeds.loading import ProfileInvalid, shipped_profiles
from fhir_adapters.feeds.watching import LOOK_SECONDS, WatchedBook
from fhir_adapters.hl7v2.outward.links import Links
from fhir_adapters.hl7v2.store.cases import join_awaiting
from fhir_adapters.hl7v2.store.deciding import decide_next
from fhir_adapters.hl7v2.store.draining import drain_next
from fhir_adapters.hl7v2.store.merging import settle_cases
from fhir_adapters.hl7v2.store.replaying import work_replays
from fhir_adapters.store.alarms import look_for_alarms
from fhir_adapters.store.profiles import follow, remember
from housing_checks.store import lets
from workflows import ports
from workflows.activities.delivering import Delivering
from workflows.activities.matching import Matching
from workflows.activities.recording import Recording
from workflows.client import connect
from workflows.codec import PayloadKeys
from workflows.delivery import Ways
from workflows.discharge_case import DischargeCase
from workflows.failures import OnlyCodesLeave
from workflows.lane import PartnerLane
from workflows.late_commands import LateCommands
from workflows.loops import FIRST_PAUSE, LAST_PAUSE, Loop, repeat, rest, spoken
from workflows.maintenance import EVERY, Maintenance
from workflows.relay import Relay
from workflows.stopping import stop_on_signals
from workflows.store.clock import fixed_clock
from workflows.store.heartbeats import beats
from workflows.strands.adaptation_order import AdaptationOrder
from workflows.strands.basics_at_home import BasicsAtHome
from workflows.strands.equipment_order import EquipmentOrder
from workflows.strands.rehousing import Rehousing

CASE_WORKFLOWS: Sequence[type] = (DischargeCase, AdaptationOrder, EquipmentOrder, Rehousing, BasicsAtHome)
LANE_WORKFLOWS: Sequence[type] = (PartnerLane,)

PASSED_THROUGH = ("discharge", "housing_checks", "workflows.ports", "workflows.strands.following")
"""Our own pure packages: loading them again for every cached case would cost megabytes each."""

STICKY = timedelta(seconds=1)
"""How long a case waits for the worker that knew it; after a crash nobody should wait ten seconds."""

GRACE = timedelta(seconds=10)
WATCHDOG = timedelta(seconds=25)
POLL = timedelta(milliseconds=250)
JOIN = timedelta(seconds=2)
BEAT = timedelta(seconds=2)
LOOK = timedelta(seconds=LOOK_SECONDS)
WATCH = timedelta(seconds=20)
"""How often it is looked whether messages arrive, are read and go out."""

MOST_CACHED = 5_000
"""Open cases kept in memory, about 132 KB each; the others are replayed when something reaches them."""

ACTIVITIES_AT_ONCE = 20
CONNECTIONS = 20
"""Kept open to PostgreSQL; as many again may be opened for a while, so that nothing waits for one."""

_log = logging.getLogger("homeward.worker")
_T = TypeVar("_T")


@dataclass(frozen=True)
class Needs:
    """What the parts of a worker share."""

    sessions: Sessions
    client: Client
    clock: CaseClock
    http: httpx.AsyncClient
    links: Links = field(default_factory=Links)
    profiles: ProfileBook = field(default_factory=shipped_profiles)


def runner() -> SandboxedWorkflowRunner:
    """Return the sandbox in which workflows run, here and in replays."""
    restrictions = SandboxRestrictions.default.with_passthrough_modules(*PASSED_THROUGH)
    return SandboxedWorkflowRunner(restrictions=restrictions)


def workers(needs: Needs) -> list[Worker]:
    """Return one worker for each class of side effects."""
    recording, matching = Recording(needs.sessions), Matching(needs.sessions)
    delivering = Delivering(needs.sessions, Ways(needs.http, needs.links, needs.profiles))
    of_record: list[Callable[..., Any]] = [
        recording.load_case,
        recording.record,
        matching.match_properties,
        matching.tell_case,
    ]
    of_lanes: list[Callable[..., Any]] = [delivering.lane_head, delivering.attempt_delivery]
    return [
        _worker(needs.client, ports.CASES_QUEUE, CASE_WORKFLOWS, of_record, cached=MOST_CACHED),
        _worker(needs.client, ports.LANES_QUEUE, LANE_WORKFLOWS, of_lanes, cached=MOST_CACHED // 5),
    ]


def _worker(
    client: Client, queue: str, flows: Sequence[type], activities: Sequence[Callable[..., Any]], cached: int
) -> Worker:
    return Worker(
        client,
        task_queue=queue,
        workflows=flows,
        activities=activities,
        workflow_runner=runner(),
        interceptors=[OnlyCodesLeave()],
        max_cached_workflows=cached,
        max_concurrent_activities=ACTIVITIES_AT_ONCE,
        sticky_queue_schedule_to_start_timeout=STICKY,
        graceful_shutdown_timeout=GRACE,
        # A run that newer code would have led elsewhere ends; a new one begins from the record.
        workflow_failure_exception_types=[NondeterminismError],
    )


async def run_worker(
    *,
    database_url: str,
    temporal_address: str,
    namespace: str,
    keys: PayloadKeys,
    factor: float = 1.0,
    feed_profiles: Path | None = None,
    stop: asyncio.Event | None = None,
) -> None:
    """Work until told to stop: by ``stop`` where it is given, else by SIGTERM or SIGINT.

    ``factor`` is how many case seconds pass in a real one, should this be the first start of the database;
    ``feed_profiles`` is a folder of feed profiles besides those that are shipped, followed from then on.
    Raises ProfileInvalid when a file of it cannot be used and never could be.
    """
    stop = stop or _told_by_signals()
    lets.register()
    profiles = WatchedBook(feed_profiles)
    engine = make_engine(database_url, pool_size=CONNECTIONS)
    sessions = make_sessions(engine)
    async with AsyncExitStack() as held, asyncio.TaskGroup() as group:
        held.push_async_callback(engine.dispose)
        clock = await _until_it_answers("PostgreSQL", lambda: fixed_clock(sessions, factor), stop)
        if clock is None:
            return
        await _profiles_at_hand(engine, profiles)
        _keep_up(group, _record_loops(engine, sessions, clock, profiles), stop)
        client = await _until_it_answers("Temporal", lambda: connect(temporal_address, namespace, keys), stop)
        if client is None:
            return
        http = await held.enter_async_context(httpx.AsyncClient(follow_redirects=False))
        needs = Needs(sessions=sessions, client=client, clock=clock, http=http, profiles=profiles)
        held.push_async_callback(needs.links.close)
        _keep_up(group, _temporal_loops(needs), stop)
        await _serve(needs, stop)


async def _profiles_at_hand(engine: AsyncEngine, profiles: WatchedBook) -> None:
    """Every profile there is, or as it last was. Raises ProfileInvalid: its messages would be misread."""
    await follow(engine, profiles)
    if profiles.lacking:
        raise ProfileInvalid("\n".join(fault.why for fault in profiles.faults))
    async with transaction(engine) as session:
        await remember(session, profiles.good)


def _told_by_signals() -> asyncio.Event:
    stop = asyncio.Event()
    stop_on_signals(stop, WATCHDOG)
    return stop


def _keep_up(group: asyncio.TaskGroup, loops: Sequence[Loop], stop: asyncio.Event) -> None:
    for loop in loops:
        group.create_task(repeat(loop, stop))


def _record_loops(
    engine: AsyncEngine, sessions: Sessions, clock: CaseClock, profiles: WatchedBook
) -> list[Loop]:
    async def drain() -> bool:
        return await drain_next(engine, profiles, clock) is not None

    async def join() -> bool:
        async with transaction(sessions) as session:
            await join_awaiting(session)
            await settle_cases(session)
        return False

    async def decide() -> bool:
        return await decide_next(engine, clock) is not None

    async def replay() -> bool:
        return await work_replays(engine, profiles, clock)

    async def follow_profiles() -> bool:
        if await follow(engine, profiles):
            async with transaction(engine) as session:
                await remember(session, profiles.good)
        return False

    async def watch() -> bool:
        return await look_for_alarms(engine, faults=profiles.faults)

    beat = beats(sessions)
    return [
        Loop("drain", drain, POLL, beat),
        Loop("who-is-who", decide, POLL, beat),
        Loop("spell-join", join, JOIN, beat),
        Loop("replays", replay, 4 * POLL, beat),
        Loop("profiles", follow_profiles, LOOK, beat),
        Loop("alarms", watch, WATCH, beat),
    ]


def _temporal_loops(needs: Needs) -> list[Loop]:
    relay = Relay(needs.sessions, needs.client, needs.clock)
    late = LateCommands(needs.sessions, needs.client, needs.clock)
    maintenance = Maintenance(needs.sessions, needs.client, needs.clock)
    beat = beats(needs.sessions)
    return [
        Loop("relay", relay.once, POLL, beat),
        Loop("late-commands", late.once, 4 * POLL, beat),
        Loop("maintenance", maintenance.once, EVERY, beat),
    ]


async def _serve(needs: Needs, stop: asyncio.Event) -> None:
    """Run the workers until told to stop; a worker that gave up is replaced."""
    pause = FIRST_PAUSE
    while not stop.is_set():
        try:
            await _serve_once(needs, stop)
        except Exception as failure:
            _log.warning("workers start again in %.1f s: %s", pause, spoken(failure))
        await rest(stop, pause)
        pause = min(pause * 2, LAST_PAUSE)


async def _serve_once(needs: Needs, stop: asyncio.Event) -> None:
    """Return once all workers have shut down in order; raises the error with which one gave up."""
    serving = workers(needs)
    runs = [asyncio.create_task(worker.run()) for worker in serving]
    alive = asyncio.create_task(repeat(Loop("worker", _nothing, BEAT, beats(needs.sessions)), stop))
    _log.info("serving cases and lanes")
    await asyncio.wait((*runs, alive), return_when=asyncio.FIRST_COMPLETED)
    alive.cancel()
    for worker, run in zip(serving, runs, strict=True):
        if not run.done():
            await worker.shutdown()
    ended = await asyncio.gather(*runs, return_exceptions=True)
    for failure in ended:
        if isinstance(failure, Exception):
            raise failure


async def _nothing() -> bool:
    """Being asked is all there is to being alive."""
    return False


async def _until_it_answers(name: str, ask: Callable[[], Awaitable[_T]], stop: asyncio.Event) -> _T | None:
    pause = FIRST_PAUSE
    while not stop.is_set():
        try:
            return await ask()
        except Exception as failure:
            _log.warning("waiting for %s, next try in %.1f s: %s", name, pause, spoken(failure))
        await rest(stop, pause)
        pause = min(pause * 2, LAST_PAUSE)
    return None
