"""Reasons for waiting, until when the home is needed, and the duty to refer."""

from __future__ import annotations

from collections.abc import Mapping

from discharge.cases import events as ev
from discharge.cases.evolve.common import Fold, changed
from discharge.cases.model import Case, Homelessness
from discharge.delays.model import DelayReason


def _needed_by(case: Case, event: ev.NeededBySet) -> Case:
    return changed(case, needed_by=event.needed_by)


def _reason(case: Case, event: ev.DelayReasonRecorded) -> Case:
    return changed(case, delay_reasons=(*case.delay_reasons, event.reason))


def _reason_ended(case: Case, event: ev.DelayReasonEnded) -> Case:
    def ended(reason: DelayReason) -> DelayReason:
        mine = reason.reason_id == event.reason_id
        return reason.model_copy(update={"to_on": event.to_on}) if mine else reason

    return changed(case, delay_reasons=tuple(ended(reason) for reason in case.delay_reasons))


def _flagged(case: Case, event: ev.HomelessnessFlagged) -> Case:
    changes = {"flag": event.flag, "flagged_on": event.flagged_on}
    return changed(case, homelessness=case.homelessness.model_copy(update=changes))


def _duty_sent(case: Case, event: ev.DutyToReferSent) -> Case:
    kept = case.homelessness
    referred = Homelessness(
        flag=kept.flag, flagged_on=kept.flagged_on, referred_on=event.referred_on, council_id=event.council_id
    )
    return changed(case, homelessness=referred)


def _duty_acknowledged(case: Case, event: ev.DutyToReferAcknowledged) -> Case:
    changes = {"acknowledged_on": event.acknowledged_on}
    return changed(case, homelessness=case.homelessness.model_copy(update=changes))


FOLDS: Mapping[type, Fold] = {
    ev.NeededBySet: _needed_by,
    ev.DelayReasonRecorded: _reason,
    ev.DelayReasonEnded: _reason_ended,
    ev.HomelessnessFlagged: _flagged,
    ev.DutyToReferSent: _duty_sent,
    ev.DutyToReferAcknowledged: _duty_acknowledged,
}
