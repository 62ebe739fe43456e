"""The referral, who owns the case and takes part, on what basis, and how the case ends and begins again."""

from __future__ import annotations

from collections.abc import Mapping

from discharge.cases import events as ev
from discharge.cases.evolve.common import Fold, changed, with_referral
from discharge.cases.model import Case, Stage


def _received(case: Case, event: ev.ReferralReceived) -> Case:
    return changed(case, person_id=event.person_id, referral=event.referral, stage=Stage.REFERRED)


def _amended(case: Case, event: ev.ReferralAmended) -> Case:
    return with_referral(
        case, ward=event.ward, reasons=event.reasons, needs=event.needs, pathway=event.pathway
    )


def _accepted(case: Case, event: ev.ReferralAccepted) -> Case:
    return changed(
        with_referral(case, accepted_on=event.accepted_on, returned_reason=None), stage=Stage.ACCEPTED
    )


def _returned(case: Case, event: ev.ReferralReturned) -> Case:
    return with_referral(case, returned_reason=event.reason)


def _owned(case: Case, event: ev.OwnerAssigned) -> Case:
    others = tuple(mine for mine in case.owners if mine.organisation_id != event.owner.organisation_id)
    return changed(case, owners=(*others, event.owner))


def _participant_joined(case: Case, event: ev.ParticipantJoined) -> Case:
    return changed(case, participants=(*case.participants, event.participant))


def _participant_left(case: Case, event: ev.ParticipantLeft) -> Case:
    participants = tuple(
        mine.model_copy(update={"until_on": event.until_on})
        if mine.organisation_id == event.organisation_id and mine.until_on is None
        else mine
        for mine in case.participants
    )
    return changed(case, participants=participants)


def _sharing(case: Case, event: ev.SharingBasisRecorded) -> Case:
    return changed(case, sharing=event.sharing)


def _sharing_withdrawn(case: Case, event: ev.SharingBasisWithdrawn) -> Case:
    sharing = case.sharing and case.sharing.model_copy(update={"withdrawn_on": event.withdrawn_on})
    return changed(case, sharing=sharing)


def _closed(case: Case, event: ev.CaseClosed) -> Case:
    return changed(
        case,
        stage=Stage.CLOSED,
        outcome=event.outcome,
        closed_on=event.closed_on,
        merged_into=event.merged_into,
    )


def _reopened(case: Case, event: ev.CaseReopened) -> Case:
    return changed(case, stage=Stage(event.stage), outcome=None, closed_on=None, merged_into=None)


FOLDS: Mapping[type, Fold] = {
    ev.ReferralReceived: _received,
    ev.ReferralAmended: _amended,
    ev.ReferralAccepted: _accepted,
    ev.ReferralReturned: _returned,
    ev.OwnerAssigned: _owned,
    ev.ParticipantJoined: _participant_joined,
    ev.ParticipantLeft: _participant_left,
    ev.SharingBasisRecorded: _sharing,
    ev.SharingBasisWithdrawn: _sharing_withdrawn,
    ev.CaseClosed: _closed,
    ev.CaseReopened: _reopened,
}
