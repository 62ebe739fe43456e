"""One model for each message between a workflow and the outside: starts, signals, activities and outcomes."""

from __future__ import annotations

from datetime import timedelta
from typing import Literal
from uuid import UUID

from pydantic import AwareDatetime

from discharge.cases.commands import Answer, Envelope
from discharge.clocks import CaseClock
from discharge.values import Frozen


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
    """Why a lane is woken: a new item, a person who released, replaced or skipped a dead letter, or a partner
    that may be tried again (``restart``).
    """

    cause: Literal["item", "decision", "restart"] = "item"


class LoadCase(Frozen):
    """Which case to load from the record."""

    case_id: UUID


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


class Failure(Frozen):
    """A command that could not be recorded, and the code why not."""

    envelope: Envelope
    code: str


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
    ``sequence`` first. ``paused``: the partner rests; whoever ends that tells the lane. ``wait`` is not used
    any more.
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

    ``received`` (2xx), ``again`` (try later), ``dead`` (refused for good), ``gone`` (not waiting),
    ``paused`` (the partner rests; whoever ends that tells the lane).
    ``wait`` is how long to leave the partner alone before the next try.
    """

    outcome: Literal["received", "again", "dead", "gone", "paused"]
    wait: timedelta = timedelta(0)
    code: str | None = None
