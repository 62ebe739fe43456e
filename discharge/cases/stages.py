"""The stages of a case: what each is called and means, what it waits for, when time alone may change it, and
which event leads where. Folding, the README, interfaces and pages read this one table.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Any, get_args

from discharge.cases import events as ev
from discharge.cases.follow_ups import last_contact
from discharge.cases.model import IN_HOSPITAL, Case, ReopenedStage, Stage, StageInHospital
from discharge.stored import by_newer_version

OPEN = frozenset(Stage) - {Stage.CLOSED}
ANY = frozenset(Stage)
AFTER_ACCEPTANCE = IN_HOSPITAL - {Stage.REFERRED}
HOME = frozenset({Stage.DISCHARGED, Stage.FOLLOWED_UP})
SINCE_ACCEPTANCE = AFTER_ACCEPTANCE | HOME
"""Stages in which the service works for the person, in hospital or at home."""
GATED = frozenset({Stage.CHECKED, Stage.MAKING_READY, Stage.READY}) | HOME
"""Where a gate stands: what is not ready when the person leaves is still to be answered at home."""


class Look(StrEnum):
    """What time alone may change in a case, in words that follow *when*."""

    ALERTS = "an alert begins, changes or is escalated"
    MITIGATIONS = "a mitigation ends or an answer runs out"
    CONTACTS = "a contact after discharge is missed"


Choice = Callable[[Case, Case, Any], Stage]
"""Chooses among stages: the case before, the case with the event folded, the event -> where it stands."""


@dataclass(frozen=True, slots=True)
class Move:
    """A way out of a stage: on which event (and that in words), to which stages, and which of several."""

    event: type[Any]
    words: str
    to: tuple[Stage, ...]
    choice: Choice | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StageRow:
    """One stage: what it is called and means, what it waits for, in which worklist it is, when time alone may
    change something, and by what it is left.
    """

    label: str
    meaning: str
    waits_for: str
    worklist: str
    looks: tuple[Look, ...]
    left_by: tuple[Move, ...]


def stage_in_hospital(case: Case) -> StageInHospital:
    """Return the stage that fits what has been done, for somebody who is (again) in a hospital bed."""
    if case.referral is None or case.referral.accepted_on is None:
        return Stage.REFERRED
    if case.check is None or case.check.completed_on is None:
        return Stage.ACCEPTED
    return Stage.MAKING_READY if case.strands else Stage.CHECKED


def stage_when_reopened(case: Case) -> ReopenedStage:
    """Return the stage a closed case goes back to."""
    return Stage.DISCHARGED if case.discharge is not None else stage_in_hospital(case)


def _back_in_hospital(before: Case, _after: Case, _event: Any) -> Stage:
    return stage_in_hospital(before)


def _home_after_all(before: Case, after: Case, _event: Any) -> Stage:
    """The return is taken back; one that the case does not know changes nothing."""
    if len(after.readmissions) == len(before.readmissions):
        return before.stage
    last = last_contact(after)
    return Stage.FOLLOWED_UP if last is not None and last.outcome else Stage.DISCHARGED


def _as_reopened(_before: Case, _after: Case, event: ev.CaseReopened) -> Stage:
    return Stage(event.stage)


WHILE_WAITING: tuple[Stage, ...] = get_args(StageInHospital)
WHEN_REOPENED: tuple[Stage, ...] = get_args(ReopenedStage)

BEGINS = Move(ev.ReferralReceived, "a ward or somebody in the community refers the person", (Stage.REFERRED,))
"""How a case begins."""

_LEAVES = Move(ev.PersonDischarged, "the person leaves hospital", (Stage.DISCHARGED,))
_NOT_LEFT = Move(ev.DischargeCancelled, "the discharge is cancelled", WHILE_WAITING, _back_in_hospital)
_RETURNS = Move(ev.PersonReadmitted, "the person is readmitted", WHILE_WAITING, _back_in_hospital)
_NOT_BACK = Move(
    ev.ReadmissionCancelled,
    "the readmission is cancelled",
    (Stage.DISCHARGED, Stage.FOLLOWED_UP),
    _home_after_all,
)
_CLOSES = Move(ev.CaseClosed, "the case is closed with an outcome", (Stage.CLOSED,))
_IN_HOSPITAL, _AT_HOME = (_LEAVES, _NOT_BACK, _CLOSES), (_NOT_LEFT, _RETURNS, _CLOSES)
_READY = Move(ev.HomeBecameReady, "the gate opens", (Stage.READY,))

STAGES: Mapping[Stage, StageRow] = MappingProxyType(
    {
        Stage.REFERRED: StageRow(
            label="Referred",
            meaning="The referral has arrived. Nobody has accepted it.",
            waits_for="A coordinator accepts the referral, or returns it with a reason.",
            worklist="referred",
            looks=(Look.ALERTS,),
            left_by=(
                Move(ev.ReferralAccepted, "a coordinator accepts the referral", (Stage.ACCEPTED,)),
                *_IN_HOSPITAL,
            ),
        ),
        Stage.ACCEPTED: StageRow(
            label="Accepted",
            meaning="A coordinator has accepted the referral. The home is not checked yet.",
            waits_for="The home check is completed.",
            worklist="checking",
            looks=(Look.ALERTS, Look.MITIGATIONS),
            left_by=(Move(ev.CheckCompleted, "the home check is completed", (Stage.CHECKED,)), *_IN_HOSPITAL),
        ),
        Stage.CHECKED: StageRow(
            label="Home checked",
            meaning="The home check is complete. No work has begun.",
            waits_for="Work begins, or the gate opens because none is needed.",
            worklist="making-ready",
            looks=(Look.ALERTS, Look.MITIGATIONS),
            left_by=(
                Move(ev.MakingReadyStarted, "work begins", (Stage.MAKING_READY,)),
                _READY,
                *_IN_HOSPITAL,
            ),
        ),
        Stage.MAKING_READY: StageRow(
            label="Making ready",
            meaning="Work is under way, or a gated item is not yet in place.",
            waits_for="The gate opens: every gated item is in place or has a mitigation.",
            worklist="making-ready",
            looks=(Look.ALERTS, Look.MITIGATIONS),
            left_by=(_READY, *_IN_HOSPITAL),
        ),
        Stage.READY: StageRow(
            label="Home ready",
            meaning="The gate is open: every gated item is in place or has a mitigation.",
            waits_for="The person leaves hospital.",
            worklist="ready",
            looks=(Look.ALERTS, Look.MITIGATIONS),
            left_by=(
                Move(ev.HomeNoLongerReady, "the gate shuts", WHILE_WAITING[1:], _back_in_hospital),
                *_IN_HOSPITAL,
            ),
        ),
        Stage.DISCHARGED: StageRow(
            label="Discharged",
            meaning="The person has left hospital. Contacts after discharge are due.",
            waits_for="The last contact after discharge is made.",
            worklist="home",
            looks=(Look.ALERTS, Look.MITIGATIONS, Look.CONTACTS),
            left_by=(
                Move(ev.FollowUpCompleted, "the last contact is made", (Stage.FOLLOWED_UP,)),
                *_AT_HOME,
            ),
        ),
        Stage.FOLLOWED_UP: StageRow(
            label="Followed up",
            meaning="The last contact after discharge has been made.",
            waits_for="A coordinator closes the case with its outcome.",
            worklist="home",
            looks=(Look.ALERTS, Look.MITIGATIONS, Look.CONTACTS),
            left_by=_AT_HOME,
        ),
        Stage.CLOSED: StageRow(
            label="Closed",
            meaning="The case has ended with an outcome.",
            waits_for="Nothing. A person or a late fact may reopen it.",
            worklist="closed",
            looks=(),
            left_by=(
                Move(
                    ev.CaseReopened, "a person or a late fact reopens the case", WHEN_REOPENED, _as_reopened
                ),
            ),
        ),
    }
)
"""Every stage, in the order of the pathway. How a stage is entered follows from how the others are left."""

STAGE_LABELS: Mapping[str, str] = MappingProxyType({stage.value: row.label for stage, row in STAGES.items()})
"""Code of a stage -> what it is called."""


def stage_label(stage: str) -> str:
    """Return what a stage is called; one that only a newer build has, by its code."""
    return STAGE_LABELS.get(stage) or by_newer_version(stage)


def stages_listed(worklist: str) -> tuple[Stage, ...]:
    """Return the stages whose cases a worklist holds, in order."""
    return tuple(stage for stage, row in STAGES.items() if row.worklist == worklist)


def stage_after(before: Case, after: Case, event: ev.Event) -> Stage:
    """Return where a case stands after an event: ``before`` it, and ``after`` all else of it is folded."""
    move = next((each for each in STAGES[before.stage].left_by if each.event is type(event)), None)
    if move is None:
        return before.stage
    return move.choice(before, after, event) if move.choice else move.to[0]
