"""What is done again and again for the whole cluster: a row for each chore, on a schedule of Temporal's.

However many workers there are, a round is one run that one of them takes; while it goes on, the next is left
out. A schedule names its chore and nobody: no person, case or organisation is in it. What must be done within
seconds, or while Temporal is away, is a loop of every worker instead (`workflows/chores.py`).
"""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial

from prometheus_client import Gauge
from sqlalchemy.ext.asyncio import AsyncSession
from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.workflowservice.v1 import DeleteWorkflowExecutionRequest
from temporalio.client import (
    Client,
    Schedule,
    ScheduleActionStartWorkflow,
    ScheduleAlreadyRunningError,
    ScheduleIntervalSpec,
    ScheduleOverlapPolicy,
    SchedulePolicy,
    ScheduleSpec,
    ScheduleUpdate,
    ScheduleUpdateInput,
)
from temporalio.service import RPCError

from discharge.clocks import CaseClock
from discharge.store.count_anew import count_anew
from discharge.store.counted_sums import add_changes
from discharge.store.engine import Sessions, transaction
from discharge.store.evidence import forget_refused
from discharge.store.months import make_months
from discharge.store.outbox import move_past
from discharge.store.request_keys import forget_old
from discharge.store.sweep import sweep
from fhir_adapters.store.inbox_bytes import move_bytes
from housing_checks.store.safety import sweep_annexes
from workflows import ports
from workflows.former_runs import FormerRuns
from workflows.maintenance import Maintenance
from workflows.store import heartbeats

Step = Callable[[], Awaitable[bool]]
"""Does some of what is due, and says whether there is more."""

ROUNDS_KEPT = timedelta(days=2)
MOST_ROUNDS = 2_000
"""So many finished rounds are forgotten in one: more than come about in the time between."""

CATCH_UP = timedelta(minutes=1)
"""Rounds missed while Temporal was away longer than this are not made up for: one does it."""

LATE = Gauge("homeward_schedule_late", "Schedules whose last round is longer ago than it may be", ["chore"])
_log = logging.getLogger("homeward.schedules")


@dataclass(frozen=True)
class Given:
    """What chores work with."""

    sessions: Sessions
    client: Client
    clock: CaseClock


@dataclass(frozen=True)
class Chore:
    """A chore of the cluster: how often a round begins, in machine time, and what it does."""

    name: str
    every: timedelta
    step: Callable[[Given], Step]

    @property
    def late_after(self) -> timedelta:
        """How long it may be unheard of: a round may be left out, or tried again."""
        return 3 * self.every + timedelta(minutes=2)


def _maintenance(given: Given) -> Step:
    return Maintenance(given.sessions, given.client, given.clock).once


def _former_runs(given: Given) -> Step:
    return FormerRuns(given.sessions, given.client, given.clock).once


def _sweep(given: Given) -> Step:
    return lambda: sweep(given.sessions)


def _batches(work: Callable[[AsyncSession], Awaitable[int]]) -> Callable[[Given], Step]:
    """Some of the work in each step, in one transaction; there may be more as long as it returns any."""

    async def one(given: Given) -> bool:
        async with transaction(given.sessions) as session:
            return bool(await work(session))

    return lambda given: partial(one, given)


def _finished_rounds(given: Given) -> Step:
    """Temporal keeps what ended as long as its operator keeps cases; a thousand rounds a day need not be."""

    async def forget() -> bool:
        before = (datetime.now(UTC) - ROUNDS_KEPT).isoformat()
        ended = f"WorkflowType = '{ports.CHORE_WORKFLOW}' AND CloseTime < '{before}'"
        async for found in given.client.list_workflows(ended, limit=MOST_ROUNDS):
            run = WorkflowExecution(workflow_id=found.id, run_id=found.run_id)
            request = DeleteWorkflowExecutionRequest(namespace=given.client.namespace, workflow_execution=run)
            await given.client.workflow_service.delete_workflow_execution(request)
        return False

    return forget


def _request_keys(given: Given) -> Step:
    async def forget() -> bool:
        async with transaction(given.sessions) as session:
            await forget_old(session)
        return False

    return forget


def _safety(given: Given) -> Step:
    """The clocks of all annexes at once: the record answers with no case, so that none is named here."""

    async def look() -> bool:
        async with transaction(given.sessions) as session:
            await sweep_annexes(session, given.clock.case_time(datetime.now(UTC)))
        return False

    return look


def _months(given: Given) -> Step:
    async def make() -> bool:
        async with transaction(given.sessions) as session:
            made = await make_months(session)
        if made:
            _log.info("%s partitions made", made)
        return False

    return make


CHORES: Mapping[str, Chore] = {
    chore.name: chore
    for chore in (
        Chore("maintenance", timedelta(minutes=2), _maintenance),
        Chore("former-runs", timedelta(minutes=5), _former_runs),
        Chore("counting", timedelta(minutes=5), _batches(count_anew)),
        Chore("sums", timedelta(minutes=10), _batches(add_changes)),
        Chore("request-keys", timedelta(hours=1), _request_keys),
        Chore("safety", timedelta(minutes=15), _safety),
        Chore("months", timedelta(days=1), _months),
        Chore("past-items", timedelta(days=1), _batches(move_past)),
        Chore("message-bytes", timedelta(hours=1), _batches(move_bytes)),
        Chore("refused-files", timedelta(hours=1), _batches(forget_refused)),
        Chore("finished-rounds", timedelta(hours=6), _finished_rounds),
        Chore("sweep", timedelta(minutes=15), _sweep),  # each open case has its turn once a day
    )
}


class ScheduleKeeper:
    """Sees to it that each chore has its schedule, in each worker: who comes first makes it."""

    def __init__(self, sessions: Sessions, client: Client) -> None:
        self._sessions = sessions
        self._client = client
        self._begun = False

    async def once(self) -> bool:
        """Put all schedules in place when a worker starts, and have each begin a round; from then on those
        that are late, because a Temporal that was replaced has none. Never busy.
        """
        late = set(await self._late())
        for chore in CHORES.values():
            LATE.labels(chore.name).set(chore.name in late)
            if not self._begun or chore.name in late:
                await put_in_place(self._client, chore)
            if self._begun and chore.name in late:
                _log.error("schedule %s is late; it is put in place again", chore.name)
        if not self._begun:
            await self._take_away()
        self._begun = True
        return False

    async def _take_away(self) -> None:
        """End schedules of ours that are no more in the table, and wait for them no longer."""
        ours = {ports.chore_id(name) for name in CHORES}
        async for found in await self._client.list_schedules():
            if found.id.startswith(ports.chore_id("")) and found.id not in ours:
                _log.warning("schedule %s is no longer used, and ends", found.id)
                with contextlib.suppress(RPCError):  # another worker was faster
                    await self._client.get_schedule_handle(found.id).delete()
        async with transaction(self._sessions) as session:
            await heartbeats.expect_only(session, CHORES)

    async def _late(self) -> list[str]:
        async with transaction(self._sessions) as session:
            for chore in CHORES.values():
                await heartbeats.expect(session, chore.name, chore.late_after)
            return await heartbeats.late_parts(session)


async def put_in_place(client: Client, chore: Chore) -> None:
    """Make or renew a schedule and have it begin a round; one that an operator paused is left at rest."""
    wanted = _schedule(chore)
    try:
        await client.create_schedule(ports.chore_id(chore.name), wanted, trigger_immediately=True)
    except ScheduleAlreadyRunningError:
        handle = client.get_schedule_handle(ports.chore_id(chore.name))
        await handle.update(lambda found: _renewed(found, wanted))
        if (await handle.describe()).schedule.state.paused:
            _log.warning("schedule %s is paused in Temporal", chore.name)
        else:
            await handle.trigger()


def _renewed(found: ScheduleUpdateInput, wanted: Schedule) -> ScheduleUpdate:
    return ScheduleUpdate(replace(wanted, state=found.description.schedule.state))


def _schedule(chore: Chore) -> Schedule:
    return Schedule(
        action=ScheduleActionStartWorkflow(
            ports.CHORE_WORKFLOW,
            ports.Chore(name=chore.name),
            id=ports.chore_id(chore.name),
            task_queue=ports.CHORES_QUEUE,
            execution_timeout=2 * ports.ROUND_WITHIN,  # a run that cannot go on must not stop all later ones
        ),
        spec=ScheduleSpec(intervals=[ScheduleIntervalSpec(every=chore.every)]),
        policy=SchedulePolicy(overlap=ScheduleOverlapPolicy.SKIP, catchup_window=CATCH_UP),
    )
