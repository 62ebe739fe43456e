"""Fold one event into the case. Nothing is decided here: what happened, happened.

``evolve(case, event)`` is total over every event kind and never fails on an event that was recorded; folding
a case's events in order gives its snapshot.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeVar
from uuid import UUID

from discharge.cases import events as ev
from discharge.cases.model import (
    Case,
    CaseSpell,
    Check,
    GateItem,
    Homelessness,
    Stage,
)
from discharge.delays.model import DelayReason

_E = TypeVar("_E")
_Fold = Callable[[Case, Any], Case]
_FOLDS: dict[type[Any], _Fold] = {}

BACKGROUND = (
    ev.AlertRaised,
    ev.AlertEscalated,
    ev.AlertCleared,
    ev.AlertAcknowledged,
    ev.SpellChanged,
    ev.StrandOverdue,
    ev.PropertiesProposed,
)
"""Events that nobody decided: a late command is not held against them."""


def evolve(case: Case, event: ev.Event) -> Case:
    """Return the case after ``event``; its version grows by one."""
    version = case.version + 1
    after = _FOLDS[type(event)](case, event)
    decided = case.decided_version if isinstance(event, BACKGROUND) else version
    return _set(after, version=version, decided_version=decided)


def fold(case: Case, events: Iterable[ev.Event]) -> Case:
    """Return the case after all ``events``, in order."""
    for event in events:
        case = evolve(case, event)
    return case


def stage_in_hospital(case: Case) -> Stage:
    """Return the stage that fits what has been done, for somebody who is (again) in a hospital bed."""
    if case.referral is None or case.referral.accepted_on is None:
        return Stage.REFERRED
    if case.check is None or case.check.completed_on is None:
        return Stage.ACCEPTED
    return Stage.MAKING_READY if case.strands else Stage.CHECKED


def _set(case: Case, **changes: object) -> Case:
    return case.model_copy(update=changes)


def _on(kind: type[_E]) -> Callable[[Callable[[Case, _E], Case]], Callable[[Case, _E], Case]]:
    def register(fold_one: Callable[[Case, _E], Case]) -> Callable[[Case, _E], Case]:
        _FOLDS[kind] = fold_one
        return fold_one

    return register


def _referral(case: Case, **changes: object) -> Case:
    referral = case.referral
    if referral is None:
        return case
    return _set(case, referral=referral.model_copy(update=changes))


def _put_spell(case: Case, spell: CaseSpell) -> Case:
    known = any(mine.spell_id == spell.spell_id for mine in case.spells)
    spells = (
        tuple(spell if mine.spell_id == spell.spell_id else mine for mine in case.spells)
        if known
        else (*case.spells, spell)
    )
    return _set(case, spells=spells)


def _strand(case: Case, key: str, **changes: object) -> Case:
    strand = case.strands[key].model_copy(update=changes)
    return _set(case, strands={**case.strands, key: strand})


def _gate(case: Case, code: str, **changes: object) -> Case:
    item = case.gate.get(code, GateItem(code=code)).model_copy(update=changes)
    return _set(case, gate={**case.gate, code: item})


def _alert(case: Case, alert_id: UUID, **changes: object) -> Case:
    alert = case.alerts[str(alert_id)].model_copy(update=changes)
    return _set(case, alerts={**case.alerts, str(alert_id): alert})


@_on(ev.ReferralReceived)
def _received(case: Case, event: ev.ReferralReceived) -> Case:
    return _set(case, person_id=event.person_id, referral=event.referral, stage=Stage.REFERRED)


@_on(ev.SpellJoined)
def _joined(case: Case, event: ev.SpellJoined) -> Case:
    return _referral(_put_spell(case, event.spell), awaiting_spell=False)


@_on(ev.SpellChanged)
def _spell_changed(case: Case, event: ev.SpellChanged) -> Case:
    case = _put_spell(case, event.spell)
    return _referral(case, awaiting_spell=case.current_spell is None)


@_on(ev.ReferralAccepted)
def _accepted(case: Case, event: ev.ReferralAccepted) -> Case:
    return _set(_referral(case, accepted_on=event.accepted_on, returned_reason=None), stage=Stage.ACCEPTED)


@_on(ev.ReferralAmended)
def _amended(case: Case, event: ev.ReferralAmended) -> Case:
    return _referral(case, ward=event.ward, reasons=event.reasons, needs=event.needs, pathway=event.pathway)


@_on(ev.ReferralReturned)
def _returned(case: Case, event: ev.ReferralReturned) -> Case:
    return _referral(case, returned_reason=event.reason)


@_on(ev.OwnerAssigned)
def _owned(case: Case, event: ev.OwnerAssigned) -> Case:
    others = tuple(mine for mine in case.owners if mine.organisation_id != event.owner.organisation_id)
    return _set(case, owners=(*others, event.owner))


@_on(ev.ParticipantJoined)
def _participant_joined(case: Case, event: ev.ParticipantJoined) -> Case:
    return _set(case, participants=(*case.participants, event.participant))


@_on(ev.ParticipantLeft)
def _participant_left(case: Case, event: ev.ParticipantLeft) -> Case:
    participants = tuple(
        mine.model_copy(update={"until_on": event.until_on})
        if mine.organisation_id == event.organisation_id and mine.until_on is None
        else mine
        for mine in case.participants
    )
    return _set(case, participants=participants)


@_on(ev.SharingBasisRecorded)
def _sharing(case: Case, event: ev.SharingBasisRecorded) -> Case:
    return _set(case, sharing=event.sharing)


@_on(ev.SharingBasisWithdrawn)
def _sharing_withdrawn(case: Case, event: ev.SharingBasisWithdrawn) -> Case:
    sharing = case.sharing and case.sharing.model_copy(update={"withdrawn_on": event.withdrawn_on})
    return _set(case, sharing=sharing)


@_on(ev.ExpectedDischargeDateSet)
def _expected(case: Case, event: ev.ExpectedDischargeDateSet) -> Case:
    return _set(case, expected_discharge_on=event.expected_discharge_on)


@_on(ev.NeededBySet)
def _needed_by(case: Case, event: ev.NeededBySet) -> Case:
    return _set(case, needed_by=event.needed_by)


@_on(ev.ReadyPeriodStarted)
def _ready_started(case: Case, event: ev.ReadyPeriodStarted) -> Case:
    return _set(case, ready_periods=(*case.ready_periods, event.period))


@_on(ev.ReadyPeriodEnded)
def _ready_ended(case: Case, event: ev.ReadyPeriodEnded) -> Case:
    ended = {"ended_on": event.ended_on, "ended_by": event.ended_by}
    periods = tuple(
        period.model_copy(update=ended) if period.ended_on is None else period
        for period in case.ready_periods
    )
    return _set(case, ready_periods=periods)


@_on(ev.ReadyPeriodCorrected)
def _ready_corrected(case: Case, event: ev.ReadyPeriodCorrected) -> Case:
    kept = [period for period in case.ready_periods if period.ready_on != event.replaces]
    if event.period is not None:
        kept.append(event.period)
    return _set(case, ready_periods=tuple(sorted(kept, key=lambda period: period.ready_on)))


@_on(ev.DelayReasonRecorded)
def _reason(case: Case, event: ev.DelayReasonRecorded) -> Case:
    return _set(case, delay_reasons=(*case.delay_reasons, event.reason))


@_on(ev.DelayReasonEnded)
def _reason_ended(case: Case, event: ev.DelayReasonEnded) -> Case:
    def ended(reason: DelayReason) -> DelayReason:
        mine = reason.reason_id == event.reason_id
        return reason.model_copy(update={"to_on": event.to_on}) if mine else reason

    return _set(case, delay_reasons=tuple(ended(reason) for reason in case.delay_reasons))


@_on(ev.HomelessnessFlagged)
def _flagged(case: Case, event: ev.HomelessnessFlagged) -> Case:
    changes = {"flag": event.flag, "flagged_on": event.flagged_on}
    return _set(case, homelessness=case.homelessness.model_copy(update=changes))


@_on(ev.DutyToReferSent)
def _duty_sent(case: Case, event: ev.DutyToReferSent) -> Case:
    kept = case.homelessness
    referred = Homelessness(
        flag=kept.flag, flagged_on=kept.flagged_on, referred_on=event.referred_on, council_id=event.council_id
    )
    return _set(case, homelessness=referred)


@_on(ev.DutyToReferAcknowledged)
def _duty_acknowledged(case: Case, event: ev.DutyToReferAcknowledged) -> Case:
    changes = {"acknowledged_on": event.acknowledged_on}
    return _set(case, homelessness=case.homelessness.model_copy(update=changes))


@_on(ev.CheckStarted)
def _check_started(case: Case, event: ev.CheckStarted) -> Case:
    return _set(case, check=Check(form=event.form, started_on=event.started_on))


@_on(ev.CheckCompleted)
def _check_completed(case: Case, event: ev.CheckCompleted) -> Case:
    started = case.check or Check(form="unknown", started_on=event.completed_on)
    check = started.model_copy(update={"completed_on": event.completed_on, "answers": event.answers})
    gate = {
        code: GateItem(
            code=code,
            value=event.answers.get(code, "unknown"),
            as_of=event.completed_on,
            mitigation=case.gate[code].mitigation if code in case.gate else None,
        )
        for code in event.gated
    }
    stage = Stage.CHECKED if case.stage is Stage.ACCEPTED else case.stage
    return _set(case, check=check, gate=gate, stage=stage)


@_on(ev.GateItemSet)
def _gate_item(case: Case, event: ev.GateItemSet) -> Case:
    return _gate(case, event.item, value=event.value, as_of=event.as_of)


@_on(ev.MitigationNamed)
def _mitigated(case: Case, event: ev.MitigationNamed) -> Case:
    return _gate(case, event.item, mitigation=event.mitigation)


@_on(ev.MitigationWithdrawn)
def _mitigation_withdrawn(case: Case, event: ev.MitigationWithdrawn) -> Case:
    return _gate(case, event.item, mitigation=None)


@_on(ev.MakingReadyStarted)
def _making_ready(case: Case, _event: ev.MakingReadyStarted) -> Case:
    return _set(case, stage=Stage.MAKING_READY)


@_on(ev.StrandStarted)
def _strand_started(case: Case, event: ev.StrandStarted) -> Case:
    return _set(case, strands={**case.strands, event.strand.key: event.strand})


@_on(ev.StrandMoved)
def _strand_moved(case: Case, event: ev.StrandMoved) -> Case:
    strand = case.strands[event.strand]
    changes: dict[str, object] = {"step": event.step, "steps": {**strand.steps, event.step: event.moved_on}}
    if event.due_on is not None:
        changes |= {"due_on": event.due_on, "overdue_since": None}
    return _strand(case, event.strand, **changes)


@_on(ev.StrandOverdue)
def _strand_overdue(case: Case, event: ev.StrandOverdue) -> Case:
    return _strand(case, event.strand, overdue_since=event.since)


@_on(ev.StrandCompleted)
def _strand_completed(case: Case, event: ev.StrandCompleted) -> Case:
    return _strand(case, event.strand, status="completed", ended_on=event.completed_on, overdue_since=None)


@_on(ev.StrandCancelled)
def _strand_cancelled(case: Case, event: ev.StrandCancelled) -> Case:
    ended = {"ended_on": event.cancelled_on, "ended_reason": event.reason, "overdue_since": None}
    return _strand(case, event.strand, status="cancelled", **ended)


@_on(ev.PropertiesProposed)
def _proposed(case: Case, event: ev.PropertiesProposed) -> Case:
    return _strand(case, event.strand, proposals=event.property_ids)


@_on(ev.PropertyOffered)
def _offered(case: Case, event: ev.PropertyOffered) -> Case:
    return _strand(case, event.strand, offers=(*case.strands[event.strand].offers, event.offer))


@_on(ev.OfferAnswered)
def _answered(case: Case, event: ev.OfferAnswered) -> Case:
    answer = {"answer": event.answer, "answered_on": event.answered_on, "reason": event.reason}
    offers = tuple(
        offer.model_copy(update=answer) if offer.offer_id == event.offer_id else offer
        for offer in case.strands[event.strand].offers
    )
    return _strand(case, event.strand, offers=offers)


@_on(ev.PropertyLet)
def _let(case: Case, event: ev.PropertyLet) -> Case:
    return _strand(case, event.strand, property_id=event.property_id)


@_on(ev.HomeBecameReady)
def _became_ready(case: Case, _event: ev.HomeBecameReady) -> Case:
    return _set(case, stage=Stage.READY)


@_on(ev.HomeNoLongerReady)
def _no_longer_ready(case: Case, _event: ev.HomeNoLongerReady) -> Case:
    return _set(case, stage=stage_in_hospital(case))


@_on(ev.PersonDischarged)
def _discharged(case: Case, event: ev.PersonDischarged) -> Case:
    return _set(case, stage=Stage.DISCHARGED, discharge=event.discharge)


@_on(ev.DischargeCancelled)
def _discharge_cancelled(case: Case, _event: ev.DischargeCancelled) -> Case:
    return _set(case, stage=stage_in_hospital(case), discharge=None, follow_ups={})


@_on(ev.FollowUpScheduled)
def _follow_up(case: Case, event: ev.FollowUpScheduled) -> Case:
    return _set(case, follow_ups={**case.follow_ups, event.follow_up.key: event.follow_up})


@_on(ev.ContactRecorded)
def _contact(case: Case, event: ev.ContactRecorded) -> Case:
    made = {"outcome": event.outcome, "contacted_at": event.contacted_at, "problems": event.problems}
    follow_up = case.follow_ups[event.key].model_copy(update=made)
    return _set(case, follow_ups={**case.follow_ups, event.key: follow_up})


@_on(ev.FollowUpCompleted)
def _followed_up(case: Case, _event: ev.FollowUpCompleted) -> Case:
    return _set(case, stage=Stage.FOLLOWED_UP)


@_on(ev.PersonReadmitted)
def _readmitted(case: Case, event: ev.PersonReadmitted) -> Case:
    contacts = {"contacts": tuple(case.follow_ups.values())}
    over = () if case.discharge is None else (case.discharge.model_copy(update=contacts),)
    return _set(
        case,
        readmissions=(*case.readmissions, event.readmission),
        earlier_discharges=(*case.earlier_discharges, *over),
        discharge=None,
        follow_ups={},
        stage=stage_in_hospital(case),
    )


@_on(ev.AlertRaised)
def _raised(case: Case, event: ev.AlertRaised) -> Case:
    return _set(case, alerts={**case.alerts, str(event.alert.alert_id): event.alert})


@_on(ev.AlertAcknowledged)
def _acknowledged(case: Case, event: ev.AlertAcknowledged) -> Case:
    taken = {"acknowledged_at": event.acknowledged_at, "acknowledged_by": event.acknowledged_by}
    return _alert(case, event.alert_id, **taken)


@_on(ev.AlertEscalated)
def _escalated(case: Case, event: ev.AlertEscalated) -> Case:
    escalations = case.alerts[str(event.alert_id)].escalations + 1
    changes = {"escalated_at": event.escalated_at, "owner_role": event.owner_role, "escalations": escalations}
    return _alert(case, event.alert_id, **changes)


@_on(ev.AlertCleared)
def _cleared(case: Case, event: ev.AlertCleared) -> Case:
    return _alert(case, event.alert_id, cleared_at=event.cleared_at)


@_on(ev.CaseClosed)
def _closed(case: Case, event: ev.CaseClosed) -> Case:
    return _set(
        case,
        stage=Stage.CLOSED,
        outcome=event.outcome,
        closed_on=event.closed_on,
        merged_into=event.merged_into,
    )


@_on(ev.CaseReopened)
def _reopened(case: Case, event: ev.CaseReopened) -> Case:
    return _set(case, stage=Stage(event.stage), outcome=None, closed_on=None, merged_into=None)
