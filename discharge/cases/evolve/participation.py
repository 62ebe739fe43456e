"""Who owns the case, who takes part, and on what basis partners may be told."""

from __future__ import annotations

from collections.abc import Mapping

from discharge.cases import events as ev
from discharge.cases.evolve.common import Fold, changed
from discharge.cases.model import Case


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


FOLDS: Mapping[type, Fold] = {
    ev.OwnerAssigned: _owned,
    ev.ParticipantJoined: _participant_joined,
    ev.ParticipantLeft: _participant_left,
    ev.SharingBasisRecorded: _sharing,
    ev.SharingBasisWithdrawn: _sharing_withdrawn,
}
