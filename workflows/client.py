"""How everything outside reaches a case: one update for commands, one signal for facts, both starting it.

What is sent is the id of a command: what it says was committed before it comes here, and is read from the
record where it is decided. The same id may be sent again and again: the record answers a repeated command
with the stored result. No answer in time, or Temporal away, is not an error here: a worker executes it later.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid5

from temporalio.client import (
    Client,
    WithStartWorkflowOperation,
    WorkflowUpdateFailedError,
    WorkflowUpdateRPCTimeoutOrCancelledError,
)
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError, RPCStatusCode

from discharge.cases.commands import Answer, Envelope
from discharge.clocks import CaseClock
from discharge.errors import ERRORS
from workflows import ports

ANSWER_WITHIN = timedelta(seconds=5)
TAKEN_WITHIN = timedelta(seconds=5)
HEALTH_WITHIN = timedelta(seconds=2)
_PAUSE = 0.05
_log = logging.getLogger("homeward.client")

_AWAY = frozenset(
    {RPCStatusCode.UNAVAILABLE, RPCStatusCode.DEADLINE_EXCEEDED, RPCStatusCode.RESOURCE_EXHAUSTED}
    | {RPCStatusCode.ABORTED, RPCStatusCode.INTERNAL, RPCStatusCode.UNKNOWN, RPCStatusCode.CANCELLED}
)
"""What a server that is away, starting or too busy answers."""

_ENDING = frozenset({RPCStatusCode.NOT_FOUND, RPCStatusCode.FAILED_PRECONDITION})
"""What is said of a run that ended, or ends because today's code would have led elsewhere."""


async def execute_command(
    client: Client,
    clock: CaseClock,
    envelope: Envelope,
    within: timedelta = ANSWER_WITHIN,
    tries_by_hand: int = 0,
) -> Answer | None:
    """Execute a command and return what became of it; ``None`` when it is taken but not answered in time.

    A run of a workflow repeats what it said to an update: each try by hand is another update.
    """
    command_id = envelope.command_id
    update_id = str(uuid5(command_id, f"by hand {tries_by_hand}") if tries_by_hand else command_id)
    try:
        async with asyncio.timeout(within.total_seconds()):
            return await _until_answered(lambda: _update(client, clock, envelope, update_id), envelope)
    except (TimeoutError, WorkflowUpdateRPCTimeoutOrCancelledError):
        _stay_cancelled()
        return None
    except (RPCError, RuntimeError) as failure:
        if not is_away(failure):
            raise
        return None


def is_away(failure: Exception | None) -> bool:
    """Whether a failed call says that Temporal is away or too busy, so that it may succeed later."""
    if isinstance(failure, RPCError):
        return failure.status in _AWAY
    # A lazy client connects at its first call, and has no error of its own for not getting through.
    return isinstance(failure, RuntimeError) and str(failure).startswith("Failed client connect")


async def answers(client: Client) -> bool:
    """Whether Temporal itself answers, whatever became of a single call."""
    try:
        return await client.service_client.check_health(retry=False, timeout=HEALTH_WITHIN)
    except (RPCError, RuntimeError):
        return False


async def tell_case(client: Client, clock: CaseClock, envelope: Envelope) -> None:
    """Signal a case with a fact or a report, starting its workflow when it is not running."""
    await client.start_workflow(
        ports.CASE_WORKFLOW,
        ports.CaseStart(case_id=envelope.case_id, clock=clock, way=ports.WAY),
        id=ports.case_workflow_id(envelope.case_id),
        task_queue=ports.CASES_QUEUE,
        id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
        id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
        start_signal=ports.TELL,
        start_signal_args=[_reference(envelope)],
        rpc_timeout=TAKEN_WITHIN,
    )


async def ensure_case(
    client: Client,
    clock: CaseClock,
    case_id: UUID,
    running: WorkflowIDConflictPolicy = WorkflowIDConflictPolicy.USE_EXISTING,
) -> None:
    """Start a case's workflow; one that is running is left alone, unless it is said to end first."""
    await client.start_workflow(
        ports.CASE_WORKFLOW,
        ports.CaseStart(case_id=case_id, clock=clock, way=ports.WAY),
        id=ports.case_workflow_id(case_id),
        task_queue=ports.CASES_QUEUE,
        id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
        id_conflict_policy=running,
        rpc_timeout=TAKEN_WITHIN,
    )


async def ensure_strand(
    client: Client,
    clock: CaseClock,
    case_id: UUID,
    key: str,
    running: WorkflowIDConflictPolicy = WorkflowIDConflictPolicy.USE_EXISTING,
) -> None:
    """Start an open strand's workflow; one that is running is left alone, unless it is said to end first."""
    await client.start_workflow(
        ports.STRAND_WORKFLOW,
        ports.StrandStart(case_id=case_id, key=key, clock=clock, way=ports.WAY),
        id=ports.strand_workflow_id(case_id, key),
        task_queue=ports.CASES_QUEUE,
        id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
        id_conflict_policy=running,
        rpc_timeout=TAKEN_WITHIN,
    )


async def wake_strand(client: Client, case_id: UUID, key: str, progress: ports.StrandProgress) -> None:
    """Tell a strand's workflow that its part of the record changed. Raises RPCError when it does not run."""
    handle = client.get_workflow_handle(ports.strand_workflow_id(case_id, key))
    await handle.signal(ports.PROGRESS, progress, rpc_timeout=HEALTH_WITHIN)


async def wake_lane(
    client: Client, clock: CaseClock, partner_id: UUID, case_id: UUID, work: ports.LaneWork | None = None
) -> None:
    """Signal a lane that there is something to take or to reconsider, starting it when it is not running."""
    await client.start_workflow(
        ports.LANE_WORKFLOW,
        ports.LaneStart(partner_id=partner_id, case_id=case_id, clock=clock, way=ports.WAY),
        id=ports.lane_workflow_id(partner_id, case_id),
        task_queue=ports.LANES_QUEUE,
        id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
        id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
        start_signal=ports.WORK,
        start_signal_args=[work or ports.LaneWork()],
        rpc_timeout=TAKEN_WITHIN,
    )


def _reference(envelope: Envelope) -> ports.CommandRef:
    return ports.CommandRef(case_id=envelope.case_id, command_id=envelope.command_id)


async def _update(client: Client, clock: CaseClock, envelope: Envelope, update_id: str) -> Answer:
    # A start operation can be used once, so each try makes its own.
    start: WithStartWorkflowOperation[Any, Any] = WithStartWorkflowOperation(
        ports.CASE_WORKFLOW,
        ports.CaseStart(case_id=envelope.case_id, clock=clock, way=ports.WAY),
        id=ports.case_workflow_id(envelope.case_id),
        task_queue=ports.CASES_QUEUE,
        id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
        id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
    )
    try:
        answer: Answer = await client.execute_update_with_start_workflow(
            ports.EXECUTE,
            _reference(envelope),
            start_workflow_operation=start,
            id=update_id,
            result_type=Answer,
        )
    except BaseException:
        await _take_failure_of(start)
        raise
    return answer


async def _take_failure_of(start: WithStartWorkflowOperation[Any, Any]) -> None:
    """The operation keeps the failure a second time, and asyncio complains of one that nobody takes."""
    with contextlib.suppress(Exception, asyncio.CancelledError):
        async with asyncio.timeout(0):
            await start.workflow_handle()


async def _until_answered(send: Callable[[], Awaitable[Answer]], envelope: Envelope) -> Answer:
    """Send again, with the same id, when the workflow ended or continued as new under our feet."""
    pause = _PAUSE
    while True:
        try:
            return await send()
        except WorkflowUpdateFailedError as failure:
            refusal = _refusal(failure, envelope)
            if refusal is not None:
                return refusal
            _log.info("update %s met a run that was ending; sent again", envelope.command_id)
        except RPCError as failure:
            if failure.status not in _ENDING:
                raise
        await asyncio.sleep(pause)
        pause = min(pause * 2, 1.0)


def _refusal(failure: WorkflowUpdateFailedError, envelope: Envelope) -> Answer | None:
    """What a failed update says about the command: a code of the table is a refusal, anything else a race."""
    cause = failure.cause
    row = ERRORS.get(cause.type or "") if isinstance(cause, ApplicationError) else None
    if row is None or row.retryable:
        return None
    return Answer(
        command_id=envelope.command_id,
        case_id=envelope.case_id,
        outcome="refused",
        version=envelope.seen_version or 0,
        code=row.code,
    )


def _stay_cancelled() -> None:
    """A cancelled call looks like one that timed out; a task that is being stopped must stop all the same."""
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError
