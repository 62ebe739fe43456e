"""The worker: the chores that stand between the record and Temporal, and the workflows themselves.

Two halves with different needs. Half of the chores need PostgreSQL alone and go on while Temporal is away;
the rest needs both. Whatever is missing is waited for, with a log line that says what.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TypeVar

from sqlalchemy.ext.asyncio import AsyncEngine
from temporalio.client import Client
from temporalio.worker import UnsandboxedWorkflowRunner

from discharge.reference.files import DataInvalid
from discharge.reference.policy import day_told
from discharge.reference.site import SiteFolder
from discharge.store.driver import USUAL, DatabaseTimes
from discharge.store.engine import Sessions, make_engine, make_sessions, transaction
from fhir_adapters.background import Background
from fhir_adapters.feeds.profile_watch import WatchedBook
from fhir_adapters.hl7v2.send.links import Links
from fhir_adapters.partners.clients import PartnerClients
from fhir_adapters.partners.secrets import SecretFolder
from fhir_adapters.site_reference import site_reference
from fhir_adapters.store.profiles import follow, remember
from housing_checks.store import holds, merged_checks, safety_merges
from workflows import readiness
from workflows.chores import RecordChores, temporal_loops
from workflows.codec import PayloadKeys
from workflows.connection import TemporalAccess, connect
from workflows.deployment import Deployment, build_id
from workflows.loops import FIRST_PAUSE, LAST_PAUSE, Bells, Loop, Tasks, repeat, rest, spoken
from workflows.readiness import Readiness
from workflows.shutdown import stop_on_signals
from workflows.store import notices
from workflows.store.clock import fixed_clock
from workflows.worker_pool import Needs, serve

WATCHDOG = timedelta(seconds=25)
CONNECTIONS = 20
"""Kept open to PostgreSQL; as many again may be opened for a while, so that nothing waits for one."""

IN_PRODUCTION = UnsandboxedWorkflowRunner()
"""The sandbox guards tests and replays; here each run would pay for it (decision 0013)."""

Show = Callable[[Readiness], AbstractAsyncContextManager[None]]


@asynccontextmanager
async def shown_to_nobody(_: Readiness) -> AsyncIterator[None]:
    """For a worker whom nobody asks."""
    yield


_log = logging.getLogger("homeward.worker")
_T = TypeVar("_T")


async def run_worker(
    *,
    database_url: str,
    temporal: TemporalAccess,
    keys: PayloadKeys,
    factor: float = 1.0,
    feed_profiles: Path | None = None,
    reference_data: Path | None = None,
    partner_secrets: Path | None = None,
    times: DatabaseTimes = USUAL,
    stop: asyncio.Event | None = None,
    commit: str | None = None,
    show: Show = shown_to_nobody,
) -> None:
    """Work until stopped: by ``stop`` where it is given, else by SIGTERM or SIGINT.

    ``factor`` is how many case seconds pass in a real one, should this be the first start of the database;
    ``feed_profiles`` is a folder of feed profiles besides those that are shipped, followed from then on;
    ``partner_secrets`` one of the files that partners' settings name. ``show`` tells outsiders meanwhile
    whether it is ready.
    ``commit`` tells builds of one version apart (`workflows/deployment.py`).
    ``reference_data`` is a folder of this site's changes in reference data, followed as well.
    Raises DataInvalid when a file of them cannot be used and never could be.
    """
    stop = stop or _told_by_signals()
    holds.register()
    safety_merges.register()
    merged_checks.register()
    profiles, secrets = WatchedBook(feed_profiles), SecretFolder(partner_secrets)
    reference = _reference_at_hand(reference_data)
    engine = make_engine(database_url, pool_size=CONNECTIONS, times=times)
    sessions = make_sessions(engine)
    tasks, found = Tasks(), _Found()
    async with AsyncExitStack() as held:
        held.push_async_callback(engine.dispose)
        await held.enter_async_context(show(_readiness(sessions, found, profiles, reference, tasks)))
        clock = await _until_it_answers("PostgreSQL", lambda: fixed_clock(sessions, factor), stop)
        if clock is None or not await _profiles_at_hand(engine, profiles, stop):
            return
        held.enter_context(day_told(lambda: clock.today(datetime.now(UTC))))
        async with asyncio.TaskGroup() as group:
            bells, background = Bells(), Background()
            held.push_async_callback(background.stop)
            background.start("notices", partial(notices.listen, engine, bells.ring, bells.heard))
            chores = RecordChores(engine, sessions, clock, profiles, reference, bells)
            _keep_up(group, chores.loops(), stop, tasks)
            client = found.client = await _until_it_answers("Temporal", lambda: connect(temporal, keys), stop)
            if client is None:
                return
            clients, links = PartnerClients(secrets), Links(secrets=secrets)
            held.push_async_callback(clients.close)
            held.push_async_callback(links.close)
            deployment = Deployment(client, build_id(commit))
            needs = Needs(sessions, client, clock, clients, links, profiles, bells, deployment, IN_PRODUCTION)
            _keep_up(group, temporal_loops(needs), stop, tasks)
            await serve(needs, stop, tasks)


@dataclass
class _Found:
    """Temporal, once it has answered."""

    client: Client | None = None

    async def ask(self) -> Client | None:
        return self.client


def _readiness(
    sessions: Sessions, found: _Found, profiles: WatchedBook, reference: SiteFolder, tasks: Tasks
) -> Readiness:
    """A file of a profile that cannot be used is told; the version before stays in force."""
    return Readiness(
        {
            "database": readiness.database(sessions),
            "workflows": readiness.temporal(found.ask),
            "profiles": readiness.files(profiles),
            "reference": readiness.files(reference),
            "tasks": readiness.tasks(tasks.failing),
            "schedules": readiness.schedules(sessions),
        },
        needed=frozenset({"database", "workflows", "tasks"}),
    )


def _reference_at_hand(folder: Path | None) -> SiteFolder:
    """What this site changes in reference data. Raises DataInvalid when a file never was good: cases would be
    decided by other data than the site means.
    """
    reference = site_reference(folder)
    if reference.lacking:
        raise DataInvalid("\n".join(fault.why for fault in reference.faults))
    return reference


async def _profiles_at_hand(engine: AsyncEngine, profiles: WatchedBook, stop: asyncio.Event) -> bool:
    """Every profile there is, or as it last was; false when told to stop before. Raises DataInvalid when
    there is none of a file: the messages of its feeds would be misread.
    """

    async def recalled() -> bool:
        await follow(engine, profiles)
        if not profiles.lacking:
            async with transaction(engine) as session:
                await remember(session, profiles.good)
        return True

    if await _until_it_answers("PostgreSQL", recalled, stop) is None:
        return False
    if profiles.lacking:
        raise DataInvalid("\n".join(fault.why for fault in profiles.faults))
    return True


def _told_by_signals() -> asyncio.Event:
    stop = asyncio.Event()
    stop_on_signals(stop, WATCHDOG)
    return stop


def _keep_up(group: asyncio.TaskGroup, loops: Sequence[Loop], stop: asyncio.Event, tasks: Tasks) -> None:
    for loop in loops:
        group.create_task(repeat(loop, stop, tasks))


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
