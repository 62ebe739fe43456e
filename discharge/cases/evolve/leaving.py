"""Leaving hospital, the leaving that was undone, and coming back."""

from __future__ import annotations

from collections.abc import Mapping

from discharge.cases import events as ev
from discharge.cases.evolve.common import Fold, changed
from discharge.cases.model import Case, Stage
from discharge.cases.stages import stage_in_hospital


def _discharged(case: Case, event: ev.PersonDischarged) -> Case:
    return changed(case, stage=Stage.DISCHARGED, discharge=event.discharge)


def _discharge_cancelled(case: Case, _event: ev.DischargeCancelled) -> Case:
    return changed(case, stage=stage_in_hospital(case), discharge=None, unready_home=None, follow_ups={})


def _readmitted(case: Case, event: ev.PersonReadmitted) -> Case:
    contacts = {"contacts": tuple(case.follow_ups.values())}
    over = () if case.discharge is None else (case.discharge.model_copy(update=contacts),)
    return changed(
        case,
        readmissions=(*case.readmissions, event.readmission),
        earlier_discharges=(*case.earlier_discharges, *over),
        discharge=None,
        unready_home=None,
        follow_ups={},
        stage=stage_in_hospital(case),
    )


def _not_ready(case: Case, event: ev.HomeNotReady) -> Case:
    return changed(case, unready_home=event.unready)


def _settled(case: Case, _event: ev.UnreadyHomeSettled) -> Case:
    return changed(case, unready_home=None)


FOLDS: Mapping[type, Fold] = {
    ev.PersonDischarged: _discharged,
    ev.DischargeCancelled: _discharge_cancelled,
    ev.PersonReadmitted: _readmitted,
    ev.HomeNotReady: _not_ready,
    ev.UnreadyHomeSettled: _settled,
}
