"""How a case ends and begins again: closed, reopened, merged, entered in error."""

from __future__ import annotations

from collections.abc import Mapping

from discharge.cases import events as ev
from discharge.cases.evolve.common import Fold, changed
from discharge.cases.model import Case


def _closed(case: Case, event: ev.CaseClosed) -> Case:
    return changed(
        case,
        outcome=event.outcome,
        closed_on=event.closed_on,
        merged_into=event.merged_into,
    )


def _reopened(case: Case, _event: ev.CaseReopened) -> Case:
    return changed(case, outcome=None, closed_on=None, merged_into=None)


FOLDS: Mapping[type, Fold] = {
    ev.CaseClosed: _closed,
    ev.CaseReopened: _reopened,
}
