"""What workflows and the outside say to each other: names, one model a message, typed calls of activities.

Workflow files import this and nothing that does I/O. Every id is built from our own UUIDs, because Temporal
shows ids in plain text; the payloads hold coded values only and are encrypted all the same.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID, uuid5

from pydantic import AwareDatetime
from temporalio import workflow
from temporalio.common import RetryPolicy
from temporalio.exceptions import ApplicationError, WorkflowAlreadyStartedError
from temporalio.workflow import ParentClosePolicy

from discharge.cases.commands import Answer, Envelope
from discharge.cases.events import Event
from discharge.cases.model import Actor, Case, Frozen, Strand, StrandKind
from discharge.cases.outgoing import Outgoing
from discharge.clocks import CaseClock

CASES_QUEUE = "cases"
"""Task queue of cases, strands and everything that only touches the record."""

LANES_QUEUE = "lanes"
"""Task queue of what leaves the house, so that a slow partner starves nobody else."""

CASE_WORKFLOW = "DischargeCase"
LANE_WORKFLOW = "PartnerLane"
ADAPTATION_ORDER, EQUIPMENT_ORDER = "AdaptationOrder", "EquipmentOrder"
REHOUSING, BASICS_AT_HOME = "Rehousing", "BasicsAtHome"
STRAND_WORKFLOWS: dict[StrandKind, str] = {
    StrandKind.ADAPTATION: ADAPTATION_ORDER,
    StrandKind.EQUIPMENT: EQUIPMENT_ORDER,
    StrandKind.REHOUSING: REHOUSING,
    StrandKind.BASICS: BASICS_AT_HOME,
}
"""The workflow type that runs a strand of each kind."""

EXECUTE = "execute"
"""The case's one update: ``Envelope`` in, ``Answer`` out."""

TELL = "tell"
"""The case's one signal: an ``Envelope`` with a fact that is already true, or a strand's report."""

PROGRESS = "progress"
"""A strand's one signal: its part of the record changed, so it looks again."""

WORK = "work"
"""A lane's one signal: the outbox has something for it, or a person decided about a dead letter."""


def case_workflow_id(case_id: UUID) -> str:
    """Return the id of a case's workflow."""
    return f"case/{case_id}"


def strand_workflow_id(case_id: UUID, key: str) -> str:
    """Return the id of a strand's workflow; ``key`` is its name in the case, such as ``adaptation/1``."""
    return f"case/{case_id}/strand/{key}"


def lane_workflow_id(partner_id: UUID, case_id: UUID) -> str:
    """Return the id of the lane that takes one case's items to one partner, in order."""
    return f"lane/{partner_id}/{case_id}"


class CaseStart(Frozen):
    """All that a case's workflow is given; it loads the rest from the record."""

    case_id: UUID
    clock: CaseClock


class StrandStart(Frozen):
    """All that a strand's workflow is given; it loads the rest from the record."""

    case_id: UUID
    key: str
    clock: CaseClock


class StrandProgress(Frozen):
    """The case version at which a strand's part of the record changed."""

    version: int


class LaneStart(Frozen):
    """Which partner and case a lane serves."""

    partner_id: UUID
    case_id: UUID
    clock: CaseClock


class LaneWork(Frozen):
    """Why a lane is woken: a new item, or a person released, replaced or skipped a dead letter."""

    cause: Literal["item", "decision", "restart"] = "item"


class LoadCase(Frozen):
    """Which case to load from the record."""

    case_id: UUID


class RecordInput(Frozen):
    """One decided command: the events it caused, the case after them, and what must be told.

    A refused command is recorded too, with no events. ``expected_version`` is the version it was decided on;
    ``case_time`` is the instant of the decision in case time.
    """

    envelope: Envelope
    expected_version: int
    events: tuple[Event, ...]
    answer: Answer
    case_time: AwareDatetime
    case: Case
    outgoing: tuple[Outgoing, ...] = ()


class RecordOutcome(Frozen):
    """What the record made of it.

    ``recorded``: done. ``already-recorded``: this command was recorded before, with ``answer``.
    ``sequence-taken``: another command came between; load again and decide again.
    ``refused``: a rule across cases refused with ``code``; nothing was recorded.
    """

    outcome: Literal["recorded", "already-recorded", "sequence-taken", "refused"]
    answer: Answer | None = None
    code: str | None = None
    detail: str | None = None


class MatchInput(Frozen):
    """For which rehousing to look for homes that fit, as of which instant of case time."""

    case_id: UUID
    strand: str
    case_time: AwareDatetime


class MatchOutcome(Frozen):
    """Homes that fit, best first."""

    property_ids: tuple[UUID, ...]


class CaseReport(Frozen):
    """What a strand tells its case; the clock is for starting the case's workflow when it is not running."""

    envelope: Envelope
    clock: CaseClock


class LaneLook(Frozen):
    """Which lane asks what stands at its head."""

    partner_id: UUID
    case_id: UUID


class LaneHead(Frozen):
    """What stands at the head of a lane.

    ``empty``: nothing waits. ``item``: try ``sequence``. ``dead``: a person must decide about
    ``sequence`` first. ``paused``: the partner keeps failing; look again after ``wait``.
    """

    state: Literal["empty", "item", "dead", "paused"]
    sequence: int | None = None
    attempts: int = 0
    wait: timedelta | None = None


class Attempt(Frozen):
    """Try to deliver one outbox row, dated in case time by ``clock``."""

    sequence: int
    clock: CaseClock


class AttemptOutcome(Frozen):
    """How an attempt ended.

    ``received`` (2xx), ``again`` (try later), ``dead`` (refused for good), ``gone`` (not waiting).
    ``wait`` is how long to leave the partner alone before the next try.
    """

    outcome: Literal["received", "again", "dead", "gone"]
    wait: timedelta = timedelta(0)
    code: str | None = None


_PATIENTLY = RetryPolicy(
    initial_interval=timedelta(milliseconds=200),
    backoff_coefficient=2.0,
    maximum_interval=timedelta(seconds=10),
)
"""For activities that only need PostgreSQL: it may be away for a while, and then it is back."""

_RECORD_TIMEOUT = timedelta(seconds=20)
_DELIVERY_TIMEOUT = timedelta(seconds=60)
_DELIVERY_SILENCE = timedelta(seconds=10)
"""A worker that says nothing for so long while it waits for a partner is dead, and another one tries."""

BEAT_EVERY = _DELIVERY_SILENCE / 4

LOAD_CASE = "load_case"
RECORD = "record"
MATCH_PROPERTIES = "match_properties"
TELL_CASE = "tell_case"
LANE_HEAD = "lane_head"
ATTEMPT_DELIVERY = "attempt_delivery"


async def load_case(case_id: UUID) -> Case:
    """Load the coded snapshot of a case; one that does not exist yet has version 0."""
    loaded: Case = await workflow.execute_activity(
        LOAD_CASE,
        LoadCase(case_id=case_id),
        result_type=Case,
        start_to_close_timeout=_RECORD_TIMEOUT,
        retry_policy=_PATIENTLY,
    )
    return loaded


async def record(given: RecordInput) -> RecordOutcome:
    """Record a decided command in one transaction; comes back only with an outcome, however long it takes."""
    outcome: RecordOutcome = await workflow.execute_activity(
        RECORD,
        given,
        result_type=RecordOutcome,
        start_to_close_timeout=_RECORD_TIMEOUT,
        retry_policy=_PATIENTLY,
    )
    return outcome


async def match_properties(given: MatchInput) -> list[UUID]:
    """Find homes that fit a rehousing, best first."""
    outcome: MatchOutcome = await workflow.execute_activity(
        MATCH_PROPERTIES,
        given,
        result_type=MatchOutcome,
        start_to_close_timeout=_RECORD_TIMEOUT,
        retry_policy=_PATIENTLY,
    )
    return list(outcome.property_ids)


async def tell_case(envelope: Envelope, clock: CaseClock) -> None:
    """Signal a case from another workflow, starting the case's workflow when it is not running."""
    await workflow.execute_activity(
        TELL_CASE,
        CaseReport(envelope=envelope, clock=clock),
        start_to_close_timeout=_RECORD_TIMEOUT,
        retry_policy=_PATIENTLY,
    )


async def lane_head(given: LaneLook) -> LaneHead:
    """Look at the head of a lane."""
    head: LaneHead = await workflow.execute_activity(
        LANE_HEAD,
        given,
        result_type=LaneHead,
        start_to_close_timeout=_RECORD_TIMEOUT,
        retry_policy=_PATIENTLY,
    )
    return head


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


_REPORTS = UUID("5f0c2a52-7d5e-5b0e-9a53-9f7a2d0f3c11")


def derived_id(case_id: UUID, *parts: str) -> UUID:
    """Return the id that the same cause in one case always gets, so that repeating it changes nothing."""
    return uuid5(_REPORTS, "/".join((str(case_id), *parts)))


def system_actor(case: Case) -> Actor:
    """Return who asks when a clock or a strand does: the system, for the organisation that referred."""
    organisation_id = case.referral.organisation_id if case.referral else UUID(int=0)
    return Actor(organisation_id=organisation_id, role="system")


def case_now(clock: CaseClock) -> datetime:
    """Return the instant of case time at which the workflow stands."""
    return clock.case_time(workflow.now())
