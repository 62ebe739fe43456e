"""Hazards at home."""

from __future__ import annotations

from collections.abc import Mapping

from discharge.cases import events as ev
from discharge.cases.evolve.common import Fold, changed
from discharge.cases.model import Case, Hazard

COUNCIL_REFERRED = "council-referred"
"""The step that a referral to environmental health is."""


def _with(case: Case, hazard: Hazard) -> Case:
    return changed(case, hazards={**case.hazards, hazard.key: hazard})


def _update(case: Case, key: str, **changes: object) -> Case:
    return _with(case, case.hazards[key].model_copy(update=changes))


def _recorded(case: Case, event: ev.HazardRecorded | ev.HazardCorrected) -> Case:
    return _with(case, event.hazard)


def _told(case: Case, event: ev.HazardLandlordTold) -> Case:
    known = case.hazards[event.hazard].landlord_id
    return _update(case, event.hazard, told=event.told, landlord_id=event.landlord_id or known)


def _moved(case: Case, event: ev.HazardMoved) -> Case:
    steps = {**case.hazards[event.hazard].steps, event.step: event.reached}
    return _update(case, event.hazard, steps=steps)


def _referred(case: Case, event: ev.HazardReferred) -> Case:
    steps = {**case.hazards[event.hazard].steps, COUNCIL_REFERRED: event.reached}
    return _update(case, event.hazard, steps=steps, council_id=event.council_id)


def _closed(case: Case, event: ev.HazardClosed) -> Case:
    return _update(case, event.hazard, closed_on=event.closed_on, closed_because=event.reason)


FOLDS: Mapping[type, Fold] = {
    ev.HazardRecorded: _recorded,
    ev.HazardCorrected: _recorded,
    ev.HazardLandlordTold: _told,
    ev.HazardMoved: _moved,
    ev.HazardReferred: _referred,
    ev.HazardClosed: _closed,
}
