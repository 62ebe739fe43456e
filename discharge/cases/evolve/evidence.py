"""Photos and documents on an item of the check."""

from __future__ import annotations

from collections.abc import Mapping

from discharge.cases import events as ev
from discharge.cases.evolve.common import Fold, changed
from discharge.cases.model import Case, Check


def _added(case: Case, event: ev.ItemEvidenceAdded) -> Case:
    """An answer of which nobody said how it is known is known by what shows it."""
    file = event.file
    evidence = {**case.evidence, str(file.file_id): file}
    return changed(case, evidence=evidence, check=_known_by(case.check, file.item, file.evidence))


def _known_by(check: Check | None, item: str, evidence: str) -> Check | None:
    answer = check.given.get(item) if check is not None else None
    if check is None or answer is None or answer.evidence is not None:
        return check
    return check.with_answer(item, answer.model_copy(update={"evidence": evidence}))


def _removed(case: Case, event: ev.ItemEvidenceRemoved) -> Case:
    """What stays is that it was there, and why it is gone."""
    file = case.evidence.get(str(event.file_id))
    if file is None:
        return case
    gone = {"removed_on": event.removed_on, "removed_because": event.because, "removed_by": event.by}
    kept = {**case.evidence, str(event.file_id): file.model_copy(update=gone)}
    return changed(case, evidence=kept)


FOLDS: Mapping[type, Fold] = {
    ev.ItemEvidenceAdded: _added,
    ev.ItemEvidenceRemoved: _removed,
}
