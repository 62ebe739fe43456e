"""Typed calls of what a workflow may ask for: activities, strands, and the time."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import TypeVar
from uuid import UUID

from temporalio import workflow
from temporalio.common import RetryPolicy
from temporalio.exceptions import ActivityError, ApplicationError, WorkflowAlreadyStartedError
from temporalio.workflow import ParentClosePolicy

from discharge.cases.commands import Envelope
from discharge.cases.model import Actor, Case, Strand
from discharge.cases.recording import RecordRequest
from discharge.clocks import CaseClock
from workflows.ports.messages import (
    Attempt,
    AttemptOutcome,
    CaseReport,
    Failure,
    LaneHead,
    LaneLook,
    LoadCase,
    MatchInput,
    MatchOutcome,
    RecordOutcome,
    StrandProgress,
    StrandStart,
)
from workflows.ports.names import (
    ATTEMPT_DELIVERY,
    GIVE_UP,
    LANE_HEAD,
    LOAD_CASE,
    MATCH_PROPERTIES,
    PROGRESS,
    RECORD,
    STRAND_WORKFLOWS,
    TELL_CASE,
    strand_workflow_id,
)

_T = TypeVar("_T")

_PATIENTLY = RetryPolicy(
    initial_interval=timedelta(milliseconds=200),
    backoff_coefficient=2.0,
    maximum_interval=timedelta(seconds=10),
)
"""For activities that only need PostgreSQL: it may be away for a while, and then it is back."""

PASSING = frozenset({"internal", "database-busy"})
"""Codes of failures that are no outage and may pass all the same; any other one is final."""

_DURING_OUTAGES = replace(_PATIENTLY, non_retryable_error_types=sorted(PASSING))
_PAUSES = tuple(timedelta(milliseconds=200 * 4**number) for number in range(5))
"""Between the tries of what is no outage: 68 seconds in all."""

_RECORD_TIMEOUT = timedelta(seconds=20)
_DELIVERY_TIMEOUT = timedelta(seconds=60)
_DELIVERY_SILENCE = timedelta(seconds=10)
"""A worker that says nothing for so long while it waits for a partner is dead, and another one tries."""

BEAT_EVERY = _DELIVERY_SILENCE / 4


async def _of_the_record(activity: str, given: object, answer: type[_T]) -> _T:
    """Call an activity that only needs PostgreSQL; comes back only with its answer, however long it takes."""
    answered: _T = await workflow.execute_activity(
        activity,
        given,
        result_type=answer,
        start_to_close_timeout=_RECORD_TIMEOUT,
        retry_policy=_PATIENTLY,
    )
    return answered


class CannotRecord(Exception):
    """The record said again and again that something is wrong; ``code`` says what. It is not away."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


async def _bounded(activity: str, given: object, answer: type[_T]) -> _T:
    """Call an activity as :func:`_of_the_record`, but give up on what is no outage. Raises CannotRecord."""
    for pause in (*_PAUSES, None):
        try:
            answered: _T = await workflow.execute_activity(
                activity,
                given,
                result_type=answer,
                start_to_close_timeout=_RECORD_TIMEOUT,
                retry_policy=_DURING_OUTAGES,
            )
            return answered
        except ActivityError as failure:
            if not isinstance(failure.cause, ApplicationError):  # it is cancelled
                raise
            code = failure.cause.type or "internal"
            if pause is None or code not in PASSING:
                raise CannotRecord(code) from None
        await workflow.sleep(pause)
    raise AssertionError("the last try returns or raises")


async def load_case(case_id: UUID) -> Case:
    """Load the coded snapshot of a case; one that does not exist yet has version 0."""
    return await _of_the_record(LOAD_CASE, LoadCase(case_id=case_id), Case)


async def load_own_case(case_id: UUID) -> Case:
    """Load the case of a workflow that others wait for. Raises CannotRecord."""
    return await _bounded(LOAD_CASE, LoadCase(case_id=case_id), Case)


async def record(given: RecordRequest) -> RecordOutcome:
    """Record a decided command in one transaction. Raises CannotRecord."""
    return await _bounded(RECORD, given, RecordOutcome)


async def give_up(given: Failure) -> RecordOutcome:
    """End a command that cannot be recorded as failed, for its asker and an operator to see. Raises
    CannotRecord.
    """
    return await _bounded(GIVE_UP, given, RecordOutcome)


async def match_properties(given: MatchInput) -> list[UUID]:
    """Find homes that fit a rehousing, best first."""
    return list((await _of_the_record(MATCH_PROPERTIES, given, MatchOutcome)).property_ids)


async def tell_case(envelope: Envelope, clock: CaseClock) -> None:
    """Signal a case from another workflow, starting the case's workflow when it is not running."""
    await _of_the_record(TELL_CASE, CaseReport(envelope=envelope, clock=clock), type(None))


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


async def start_strand(case_id: UUID, strand: Strand, clock: CaseClock) -> None:
    """Start a strand's workflow, to outlive this run of the case; one that runs already is left alone."""
    try:
        await workflow.start_child_workflow(
            STRAND_WORKFLOWS[strand.kind],
            StrandStart(case_id=case_id, key=strand.key, clock=clock),
            id=strand_workflow_id(case_id, strand.key),
            # A child with any other policy dies when its case continues as new.
            parent_close_policy=ParentClosePolicy.ABANDON,
        )
    except WorkflowAlreadyStartedError:
        workflow.logger.debug("strand runs already")


async def nudge_strand(case_id: UUID, strand: Strand, clock: CaseClock, version: int) -> None:
    """Tell a strand's workflow that its part of the record changed; start an open one that is not running."""
    running = workflow.get_external_workflow_handle(strand_workflow_id(case_id, strand.key))
    try:
        await running.signal(PROGRESS, StrandProgress(version=version))
    except ApplicationError:  # it is not running: it ended, or Temporal's own database was lost
        if strand.status == "open":
            await start_strand(case_id, strand, clock)


def system_actor(case: Case) -> Actor:
    """Return who asks when a clock or a strand does: the system, for the organisation that referred."""
    organisation_id = case.referral.organisation_id if case.referral else UUID(int=0)
    return Actor(organisation_id=organisation_id, role="system")


def case_now(clock: CaseClock) -> datetime:
    """Return the instant of case time at which the workflow stands."""
    return clock.case_time(workflow.now())
