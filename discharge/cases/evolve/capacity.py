"""Who decides: capacity for each decision, best interests, advocates, attorneys, and liberty."""

from __future__ import annotations

from collections.abc import Mapping

from discharge.cases import events as ev
from discharge.cases.evolve.common import Fold, changed
from discharge.cases.model import Case


def _recorded(case: Case, event: ev.CapacityRecorded) -> Case:
    """An advocate goes on; a decision made for the person holds only while they lack capacity."""
    found, before = event.capacity, case.capacity.get(event.capacity.decision)
    if before is not None:
        kept = before.best_interests if found.capacity == "lacks" else None
        found = found.model_copy(update={"best_interests": kept, "advocate": before.advocate})
    return changed(case, capacity={**case.capacity, found.decision: found})


def _with(case: Case, decision: str, **changes: object) -> Case:
    held = case.capacity.get(decision)
    if held is None:
        return case
    return changed(case, capacity={**case.capacity, decision: held.model_copy(update=changes)})


def _best_interests(case: Case, event: ev.BestInterestsDecided) -> Case:
    return _with(case, event.decision, best_interests=event.best_interests)


def _advocate(case: Case, event: ev.AdvocateRecorded) -> Case:
    return _with(case, event.decision, advocate=event.advocate)


def _representative(case: Case, event: ev.RepresentativeRecorded) -> Case:
    said = event.representative
    return changed(case, representatives={**case.representatives, said.representative: said})


def _liberty(case: Case, event: ev.LibertyRecorded) -> Case:
    return changed(case, liberty=event.liberty)


FOLDS: Mapping[type, Fold] = {
    ev.CapacityRecorded: _recorded,
    ev.BestInterestsDecided: _best_interests,
    ev.AdvocateRecorded: _advocate,
    ev.RepresentativeRecorded: _representative,
    ev.LibertyRecorded: _liberty,
}
