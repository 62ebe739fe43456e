"""What several rooms of folding share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from discharge.cases.model import Case

Fold = Callable[[Case, Any], Case]
"""Folds one kind of event: the case before, the event -> the case after."""


def as_it_was(case: Case, _event: object) -> Case:
    """Fold an event that is kept, and may move the case to another stage, but changes nothing in it."""
    return case


def changed(case: Case, **changes: object) -> Case:
    """Return the case with these fields changed."""
    return case.model_copy(update=changes)


def with_referral(case: Case, **changes: object) -> Case:
    """Return the case with these fields of its referral changed; without a referral it stays as it is."""
    if case.referral is None:
        return case
    return changed(case, referral=case.referral.model_copy(update=changes))
