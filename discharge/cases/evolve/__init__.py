"""Fold one event into the case. Nothing is decided here: what happened, happened.

``evolve(case, event)`` is total over every event kind and never fails on an event that was recorded; folding
a case's events in order gives its snapshot. Each room folds the events of the room of the same name.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from discharge.cases import events as ev
from discharge.cases.evolve import (
    after,
    capacity,
    choice,
    departure,
    end,
    evidence,
    hazards,
    home,
    hospital,
    merges,
    participation,
    referral,
    stay_notices,
    strands,
    wait,
)
from discharge.cases.evolve.common import Fold, changed
from discharge.cases.model import Case
from discharge.cases.stages import stage_after

FOLDS: Mapping[type, Fold] = {
    **referral.FOLDS,
    **participation.FOLDS,
    **hospital.FOLDS,
    **wait.FOLDS,
    **home.FOLDS,
    **evidence.FOLDS,
    **strands.FOLDS,
    **hazards.FOLDS,
    **departure.FOLDS,
    **after.FOLDS,
    **end.FOLDS,
    **capacity.FOLDS,
    **choice.FOLDS,
    **stay_notices.FOLDS,
    **merges.FOLDS,
}
"""Event -> how it is folded."""


def evolve(case: Case, event: ev.Event) -> Case:
    """Return the case after ``event``: its stage as the table of stages says, its version one higher."""
    folded = FOLDS[type(event)](case, event)
    return changed(folded, version=case.version + 1, stage=stage_after(case, folded, event))


def fold(case: Case, events: Iterable[ev.Event]) -> Case:
    """Return the case after all ``events``, in order."""
    for event in events:
        case = evolve(case, event)
    return case
