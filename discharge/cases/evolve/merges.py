"""Two cases that were one."""

from __future__ import annotations

from collections.abc import Mapping

from discharge.cases import events as ev
from discharge.cases.evolve.common import Fold, changed
from discharge.cases.evolve.home import answers_taken_back
from discharge.cases.model import Case


def _merged_in(case: Case, event: ev.CaseMergedIn) -> Case:
    return changed(case, merged_cases={**case.merged_cases, str(event.merged.case_id): event.merged})


def _parted(case: Case, event: ev.CaseParted) -> Case:
    """What people said in the other case is theirs again; what was said here stands."""
    after = answers_taken_back(case, event.items, event.merged_case_id, event.parted_on)
    key = str(event.merged_case_id)
    merged = case.merged_cases.get(key)
    if merged is None:
        return after
    parted = merged.model_copy(update={"parted_on": event.parted_on, "needs": ()})
    return changed(after, merged_cases={**case.merged_cases, key: parted})


FOLDS: Mapping[type, Fold] = {
    ev.CaseMergedIn: _merged_in,
    ev.CaseParted: _parted,
}
