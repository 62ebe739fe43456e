"""The workers that Temporal asks: their workflows and activities, their sandbox, and how they are kept up."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import Any

from temporalio.client import Client
from temporalio.worker import Worker, WorkerDeploymentConfig, WorkflowRunner
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions
from temporalio.workflow import NondeterminismError

from discharge.clocks import CaseClock
from discharge.store.engine import Sessions
from fhir_adapters.background import spawn
from fhir_adapters.feeds.book import ProfileBook
from fhir_adapters.feeds.profile_loader import shipped_profiles
from fhir_adapters.hl7v2.send.links import Links
from fhir_adapters.partners.clients import PartnerClients
from workflows import ports
from workflows.activities.case_record import CaseRecord
from workflows.activities.chore_work import ChoreWork
from workflows.activities.delivery import Delivering
from workflows.activities.strand_work import StrandWork
from workflows.chore_round import ChoreRound
from workflows.delivery import Ways
from workflows.deployment import Deployment
from workflows.discharge_case import DischargeCase
from workflows.failures import OnlyCodesLeave
from workflows.lane import PartnerLane
from workflows.loops import FIRST_PAUSE, LAST_PAUSE, Bells, Loop, Tasks, repeat, rest, spoken
from workflows.schedules import Given
from workflows.store.heartbeats import beats
from workflows.strand import Strand

CASE_WORKFLOWS: Sequence[type] = (DischargeCase, Strand)
LANE_WORKFLOWS: Sequence[type] = (PartnerLane,)
CHORE_WORKFLOWS: Sequence[type] = (ChoreRound,)

PASSED_THROUGH = ("discharge", "workflows.ports")
"""What workflows say and hear: loading it again for every cached case would cost megabytes each."""

STICKY = timedelta(seconds=1)
"""How long a case waits for the worker that knew it; after a crash nobody should wait ten seconds."""

GRACE = timedelta(seconds=10)
BEAT = timedelta(seconds=2)

MOST_CACHED = 15_000
"""Runs of cases and strands kept in memory, at most 1.4 GB: about 90 KB for an open case with its strands.
The others are replayed when something reaches them.
"""

ACTIVITIES_AT_ONCE = 20

TASKS_AT_ONCE = 2 * ACTIVITIES_AT_ONCE
"""Workflow tasks that a worker has in hand. Each waits for its local activities: with many more tasks than
activities, a flood of cases (after a restore, say) would wait past Temporal's ten seconds and be replayed
again and again.
"""

_log = logging.getLogger("homeward.worker")


def runner() -> SandboxedWorkflowRunner:
    """Return the sandbox in which workflows run in tests and in replays; see decision 0013."""
    restrictions = SandboxRestrictions.default.with_passthrough_modules(*PASSED_THROUGH)
    return SandboxedWorkflowRunner(restrictions=restrictions)


@dataclass(frozen=True)
class Needs:
    """What the parts of a worker share. Without a ``runner`` workflows run in the sandbox."""

    sessions: Sessions
    client: Client
    clock: CaseClock
    clients: PartnerClients = field(default_factory=PartnerClients)
    links: Links = field(default_factory=Links)
    profiles: ProfileBook = field(default_factory=shipped_profiles)
    bells: Bells = field(default_factory=Bells)
    deployment: Deployment | None = None
    runner: WorkflowRunner | None = None


def workers(needs: Needs, build: WorkerDeploymentConfig | None = None) -> list[Worker]:
    """Return one worker for each class of side effects, of a ``build`` where Temporal knows builds."""
    record, strands = CaseRecord(needs.sessions, needs.clock, needs.bells), StrandWork(needs.sessions)
    delivering = Delivering(needs.sessions, Ways(needs.clients, needs.links, needs.profiles))
    chores = ChoreWork(Given(needs.sessions, needs.client, needs.clock))
    of_record: list[Callable[..., Any]] = [
        record.apply,
        record.case_standing,
        record.give_up,
        strands.look_at_strand,
    ]
    of_lanes: list[Callable[..., Any]] = [
        delivering.deliver_waiting,
        delivering.lane_head,
        delivering.attempt_delivery,
    ]
    worker = partial(_worker, needs, build)
    return [
        worker(ports.CASES_QUEUE, CASE_WORKFLOWS, of_record, cached=MOST_CACHED),
        worker(ports.MATCHING_QUEUE, (), [strands.search_homes]),
        worker(ports.CHORES_QUEUE, CHORE_WORKFLOWS, [chores.do_chore]),
        worker(ports.LANES_QUEUE, LANE_WORKFLOWS, of_lanes, cached=MOST_CACHED // 5),
    ]


def _worker(
    needs: Needs,
    build: WorkerDeploymentConfig | None,
    queue: str,
    flows: Sequence[type],
    activities: Sequence[Callable[..., Any]],
    cached: int = 0,
) -> Worker:
    return Worker(
        needs.client,
        deployment_config=build,
        task_queue=queue,
        workflows=flows,
        activities=activities,
        workflow_runner=needs.runner or runner(),
        interceptors=[OnlyCodesLeave()],
        max_cached_workflows=cached,
        max_concurrent_workflow_tasks=TASKS_AT_ONCE,
        max_concurrent_activities=ACTIVITIES_AT_ONCE,
        max_concurrent_local_activities=ACTIVITIES_AT_ONCE,
        sticky_queue_schedule_to_start_timeout=STICKY,
        graceful_shutdown_timeout=GRACE,
        # What a worker hands back must reach one that can do it; an eager activity stays where it is.
        disable_eager_activity_execution=queue == ports.CASES_QUEUE,
        # A run that newer code would have led elsewhere ends; a new one begins from the record.
        workflow_failure_exception_types=[NondeterminismError],
    )


async def serve(needs: Needs, stop: asyncio.Event, tasks: Tasks) -> None:
    """Run the workers until stopped; a worker that gave up is replaced."""
    pause = FIRST_PAUSE
    while not stop.is_set():
        settled = asyncio.get_running_loop().call_later(LAST_PAUSE, tasks.well, "workers")
        try:
            await _serve_once(needs, stop, tasks)
        except Exception as failure:
            settled.cancel()
            why = spoken(failure)
            _log.warning("workers start again in %.1f s: %s", pause, why)
            tasks.failed("workers", why)
        await rest(stop, pause)
        pause = min(pause * 2, LAST_PAUSE)


async def _serve_once(needs: Needs, stop: asyncio.Event, tasks: Tasks) -> None:
    """Return once all workers have shut down in order; raises the error with which one gave up."""
    serving = workers(needs, await needs.deployment.begin() if needs.deployment else None)
    runs = [spawn("worker", worker.run()) for worker in serving]
    beating = Loop("worker", _nothing, BEAT, beats(needs.sessions))
    alive = spawn("signs of life", repeat(beating, stop, tasks))
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
