"""The suitability check and the gate."""

from __future__ import annotations

from collections.abc import Mapping

from discharge.cases import events as ev
from discharge.cases.evolve.common import Fold, changed
from discharge.cases.model import Case, Check, GateItem


def _with_item(case: Case, code: str, **changes: object) -> Case:
    item = case.gate.get(code, GateItem(code=code)).model_copy(update=changes)
    return changed(case, gate={**case.gate, code: item})


def _check_started(case: Case, event: ev.CheckStarted) -> Case:
    return changed(case, check=Check(form=event.form, started_on=event.started_on))


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
    return changed(case, check=check, gate=gate)


def _gate_item(case: Case, event: ev.GateItemSet) -> Case:
    return _with_item(case, event.item, value=event.value, as_of=event.as_of)


def _mitigated(case: Case, event: ev.MitigationNamed) -> Case:
    return _with_item(case, event.item, mitigation=event.mitigation)


def _mitigation_withdrawn(case: Case, event: ev.MitigationWithdrawn) -> Case:
    return _with_item(case, event.item, mitigation=None)


def _became_ready(case: Case, event: ev.HomeBecameReady) -> Case:
    return changed(case, home_ready_on=event.ready_on)


def _no_longer_ready(case: Case, _event: ev.HomeNoLongerReady) -> Case:
    return changed(case, home_ready_on=None)


FOLDS: Mapping[type, Fold] = {
    ev.CheckStarted: _check_started,
    ev.CheckCompleted: _check_completed,
    ev.GateItemSet: _gate_item,
    ev.MitigationNamed: _mitigated,
    ev.MitigationWithdrawn: _mitigation_withdrawn,
    ev.HomeBecameReady: _became_ready,
    ev.HomeNoLongerReady: _no_longer_ready,
}
