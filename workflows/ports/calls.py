"""Typed calls of what a workflow may ask for: activities, strands, and the time."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import TypeVar
from uuid import UUID

from temporalio import workflow
from temporalio.common import RetryPolicy
from temporalio.exceptions import ActivityError, ApplicationError, FailureError, WorkflowAlreadyStartedError
from temporalio.exceptions import TimeoutError as TookTooLong
from temporalio.workflow import ParentClosePolicy

from discharge.cases.answer import Answer
from discharge.clocks import CaseClock
from discharge.stored import NEWER
from workflows.ports.messages import (
    Applied,
    Apply,
    Attempt,
    AttemptOutcome,
    CaseLook,
    CaseStanding,
    Chore,
    Failure,
    LaneHead,
    LaneLeft,
    LaneLook,
    LaneTurn,
    StrandLook,
    StrandProgress,
    StrandStanding,
    StrandStart,
)
from workflows.ports.names import (
    APPLY,
    ATTEMPT_DELIVERY,
    CASE_STANDING,
    DELIVER_WAITING,
    DO_CHORE,
    GIVE_UP,
    LANE_HEAD,
    LOCALLY_FIRST,
    LOOK_AT_STRAND,
    MATCHING_QUEUE,
    PROGRESS,
    SEARCH_HOMES,
    STRAND_WORKFLOW,
    WAY,
    strand_workflow_id,
)

_T = TypeVar("_T")

_PATIENTLY = RetryPolicy(
    initial_interval=timedelta(milliseconds=200),
    backoff_coefficient=2.0,
    maximum_interval=timedelta(seconds=10),
)
"""For activities that only need PostgreSQL: it may be away for a while, and then it is back."""

_AT_ONCE = timedelta(0)
_PAUSES: Mapping[str, tuple[timedelta, ...]] = MappingProxyType(
    {
        "internal": (_AT_ONCE, timedelta(milliseconds=200), timedelta(milliseconds=400)),
        NEWER: (*(_AT_ONCE,) * 5, *(timedelta(milliseconds=250),) * 3),
        "database-busy": (_AT_ONCE, timedelta(milliseconds=400)),
    }
)
"""Between the tries of what is no outage and may pass all the same; any other failure is final. Whoever asks
the same case next waits behind them, and Temporal's own timers are up to a second late: 2.6 seconds in all
where something is wrong with us, 3.8 where only a newer build understands the case, so that a worker of that
build can take it up. Where somebody holds a lock each try waits half a second for it besides, or a second for
the case's turn: 4.4 in all.
"""

_PAUSES_BEFORE: Mapping[str, tuple[timedelta, ...]] = MappingProxyType(
    {
        "internal": tuple(timedelta(milliseconds=50 * 2**number) for number in range(5)),
        NEWER: (timedelta(milliseconds=250),) * 12,
        "database-busy": (timedelta(milliseconds=100), timedelta(milliseconds=400)),
    }
)
_PAUSES_AT_FIRST = tuple(timedelta(milliseconds=200 * 4**number) for number in range(5))
"""The same in histories of builds that tried more often, and that waited for longer where a lock is held."""

_DURING_OUTAGES = replace(_PATIENTLY, non_retryable_error_types=sorted(_PAUSES))

_RECORD_TIMEOUT = timedelta(seconds=20)
_LOCAL_TIMEOUT = timedelta(seconds=5)
"""Less than a workflow task may take, so that a record that is silent costs none."""

_ONCE = RetryPolicy(maximum_attempts=1)
_DELIVERY_TIMEOUT = timedelta(seconds=60)
_DELIVERY_SILENCE = timedelta(seconds=10)
"""A worker that says nothing for so long while it waits for a partner is dead, and another one tries."""

ROUND_WITHIN = timedelta(minutes=30)
"""How long a round of a chore may take; what is left then is for the next one."""

_ROUND_TRIES = 3
"""Of one round: the next comes anyway, and one that goes on failing is late, and said to be so."""

BEAT_EVERY = _DELIVERY_SILENCE / 4


async def _of_the_record(activity: str, given: object, answer: type[_T], queue: str | None = None) -> _T:
    """Call an activity that only needs PostgreSQL; comes back only with its answer, however long it takes."""
    answered: _T = await workflow.execute_activity(
        activity,
        given,
        result_type=answer,
        task_queue=queue,
        start_to_close_timeout=_RECORD_TIMEOUT,
        retry_policy=_PATIENTLY,
    )
    return answered


def _works(way: int) -> bool:
    """Whether the run that calls began with this way of working, or a later one."""
    begun: int = workflow.instance().way
    return begun >= way


async def _locally(activity: str, given: object, answer: type[_T]) -> _T:
    """Try once, in the workflow's own task: one event instead of six. What is not over then is for an
    activity that Temporal keeps. What was asked is in no event, so the answer repeats it where that counts.
    """
    answered: _T = await workflow.execute_local_activity(
        activity,
        given,
        result_type=answer,
        start_to_close_timeout=_LOCAL_TIMEOUT,
        retry_policy=_ONCE,
    )
    return answered


class CannotRecord(Exception):
    """The record said again and again that something is wrong; ``code`` says what. It is not away."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


async def _bounded(activity: str, given: object, answer: type[_T]) -> _T:
    """Call an activity as :func:`_of_the_record`, but give up on what is no outage. Raises CannotRecord."""
    for tried in itertools.count():
        local = tried == 0 and _works(LOCALLY_FIRST)
        try:
            return await (_locally if local else _patiently)(activity, given, answer)
        except FailureError as failure:
            cause = _cause_of(failure)
            if local and _may_pass(cause):
                continue
            if not isinstance(cause, ApplicationError):  # it is cancelled
                raise
            code = cause.type or "internal"
            pauses = _pauses(code)
            if tried >= len(pauses):
                raise CannotRecord(code) from None
        if pauses[tried]:
            await workflow.sleep(pauses[tried])
    raise AssertionError("a try returns or raises")


def _pauses(code: str) -> tuple[timedelta, ...]:
    """How long is waited between tries that fail so; nothing where the first failure is final."""
    if code not in _PAUSES:
        return ()
    if workflow.patched("tried-less-often"):
        return _PAUSES[code]
    if code == "database-busy" and not workflow.patched("busy-for-two-seconds"):
        return _PAUSES_AT_FIRST
    return _PAUSES_BEFORE[code]


async def _patiently(activity: str, given: object, answer: type[_T]) -> _T:
    """Call an activity that only needs PostgreSQL, for as long as that is away."""
    answered: _T = await workflow.execute_activity(
        activity,
        given,
        result_type=answer,
        start_to_close_timeout=_RECORD_TIMEOUT,
        retry_policy=_DURING_OUTAGES,
    )
    return answered


def _cause_of(failure: FailureError) -> BaseException | None:
    """Why an activity failed; of a local one nothing is wrapped round it."""
    return failure.cause if isinstance(failure, ActivityError) else failure


def _may_pass(cause: BaseException | None) -> bool:
    """Whether a first try met an outage, or was not over in time."""
    if isinstance(cause, ApplicationError):
        return not cause.non_retryable and cause.type not in _PAUSES
    return isinstance(cause, TookTooLong)


async def apply(given: Apply) -> Applied:
    """Decide a command where the record is, and record it, in one transaction. Raises CannotRecord."""
    return await _bounded(APPLY, given, Applied)


async def case_standing(given: CaseLook) -> CaseStanding:
    """Ask the record where a case stands. Raises CannotRecord."""
    return await _bounded(CASE_STANDING, given, CaseStanding)


async def give_up(given: Failure) -> Answer:
    """End a command that cannot be recorded as failed, for its asker and an operator to see; the stored
    answer where it was recorded after all. Raises CannotRecord.
    """
    return await _bounded(GIVE_UP, given, Answer)


async def look_at_strand(given: StrandLook) -> StrandStanding:
    """Ask the record where a strand stands, and report to its case what is due."""
    if _works(LOCALLY_FIRST):
        try:
            return await _locally(LOOK_AT_STRAND, given, StrandStanding)
        except FailureError as failure:
            if not isinstance(_cause_of(failure), (ApplicationError, TookTooLong)):  # it is cancelled
                raise
    return await _of_the_record(LOOK_AT_STRAND, given, StrandStanding)


async def search_homes(given: StrandLook) -> None:
    """Search for homes that fit a rehousing, and propose them to its case when others fit than before."""
    await _of_the_record(SEARCH_HOMES, given, type(None), MATCHING_QUEUE)


async def lane_head(given: LaneLook) -> LaneHead:
    """Look at the head of a lane."""
    return await _of_the_record(LANE_HEAD, given, LaneHead)


async def attempt_delivery(given: Attempt) -> AttemptOutcome:
    """Try once to deliver an item; a partner's failure is an outcome, not an error."""
    outcome: AttemptOutcome = await workflow.execute_activity(
        ATTEMPT_DELIVERY,
        given,
        result_type=AttemptOutcome,
        start_to_close_timeout=_DELIVERY_TIMEOUT,
        heartbeat_timeout=_DELIVERY_SILENCE,
        retry_policy=_PATIENTLY,
    )
    return outcome


async def deliver_waiting(given: LaneTurn) -> LaneLeft:
    """Deliver what waits in a lane, one item after the other, until something is in the way."""
    left: LaneLeft = await workflow.execute_activity(
        DELIVER_WAITING,
        given,
        result_type=LaneLeft,
        start_to_close_timeout=2 * _DELIVERY_TIMEOUT,
        heartbeat_timeout=_DELIVERY_SILENCE,
        retry_policy=_PATIENTLY,
    )
    return left


async def do_chore(given: Chore) -> None:
    """Do one round of a chore, by whichever worker is free."""
    await workflow.execute_activity(
        DO_CHORE,
        given,
        start_to_close_timeout=ROUND_WITHIN,
        heartbeat_timeout=_DELIVERY_SILENCE,
        retry_policy=replace(_PATIENTLY, maximum_attempts=_ROUND_TRIES),
    )


async def start_strand(case_id: UUID, key: str, clock: CaseClock) -> None:
    """Start a strand's workflow, to outlive this run of the case; one that runs already is left alone."""
    try:
        await workflow.start_child_workflow(
            STRAND_WORKFLOW,
            StrandStart(case_id=case_id, key=key, clock=clock, way=WAY),
            id=strand_workflow_id(case_id, key),
            # A child with any other policy dies when its case continues as new.
            parent_close_policy=ParentClosePolicy.ABANDON,
        )
    except WorkflowAlreadyStartedError:
        workflow.logger.debug("strand runs already")


async def wake_strand(case_id: UUID, key: str, version: int) -> bool:
    """Tell a strand's workflow that its part of the record changed, and return whether it is running."""
    running = workflow.get_external_workflow_handle(strand_workflow_id(case_id, key))
    try:
        await running.signal(PROGRESS, StrandProgress(version=version))
    except ApplicationError:  # it ended, or Temporal's own database was lost
        return False
    return True


def case_now(clock: CaseClock) -> datetime:
    """Return the instant of case time at which the workflow stands."""
    return clock.case_time(workflow.now())
