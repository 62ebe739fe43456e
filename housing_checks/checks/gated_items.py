"""Which items are gated by now: an answer after the check, or a fact of the case, opens and ends some."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date

from discharge.cases.events import Event, GatedItemsChanged, MitigationWithdrawn
from discharge.cases.evolve import fold
from discharge.cases.model import Case
from housing_checks.checks.answers import applying_to, gated_for
from housing_checks.checks.form import form_of_case
from housing_checks.checks.model import CheckForm

CIRCUMSTANCES = "circumstances"
"""Stands for the item that changed what is gated, where a fact of the case did."""

OPENS_MORE = 3
"""So often an item that is gated anew may gate a further one: nobody has answered it, and that counts."""


def gate_after(case: Case, form: CheckForm, code: str, on: date, answered: Sequence[Event]) -> list[Event]:
    """Return how an answer to an item after the check changes which items are gated: those it opens, and
    those that do not concern this person any more; nothing where they stay the same.
    """
    if not _has_gate(case):
        return []
    gated = _with_what_they_open(case, fold(case, answered), form)
    if gated == set(case.gate):
        return []
    needless = _needless(case, frozenset(case.gate.keys() - gated - {code}), on)
    in_order = _in_order(case, form, gated)
    return [*needless, GatedItemsChanged(because=code, gated=in_order, since=_since(case, on))]


def _in_order(case: Case, form: CheckForm, gated: Collection[str]) -> tuple[str, ...]:
    return tuple(each for each in dict.fromkeys((*form.codes, *case.gate)) if each in gated)


def _with_what_they_open(case: Case, after: Case, form: CheckForm) -> set[str]:
    """All that is gated once an answer is known, with what opens because nobody has answered the rest yet."""
    gated = _gated_by_answer(case, after, form)
    for _ in range(OPENS_MORE):
        in_order = _in_order(case, form, gated)
        known = fold(after, [GatedItemsChanged(because=CIRCUMSTANCES, gated=in_order)])
        further = _gated_by_answer(case, known, form)
        if further == gated:
            break
        gated = further
    return gated


def _gated_by_answer(case: Case, after: Case, form: CheckForm) -> set[str]:
    """All that is gated once an answer is known, as :func:`gated_anew` would have it; on a form that asks
    everybody the same, and in a check that moved to another, what the answer itself opens and leaves out.
    """
    check, gated = after.check, set(gated_for(after, form))
    moves = check is not None and check.completed_on is None and check.moved_from is not None
    if form.by_circumstances and check is not None and check.completed_on is not None:
        return gated
    before, now = set(applying_to(case, form)), set(applying_to(after, form))
    opened = now if form.by_circumstances and not moves else now - before
    return (set(case.gate) - (before - now)) | (opened & gated)


def _since(case: Case, on: date) -> date:
    """The day from which items are gated anew: none opens before its check is complete."""
    completed = case.check.completed_on if case.check is not None else None
    return max(on, completed) if completed is not None else on


def _has_gate(case: Case) -> bool:
    """Whether a check was completed: the one that goes on, or the one before it."""
    return case.check is not None and (case.check.completed_on is not None or bool(case.gate))


def gated_anew(case: Case, on: date) -> list[Event]:
    """Return how facts of the case, known since the check, change which items are gated: those that concern
    the person now, and no others. On a form that asks everybody the same nothing changes. While a new check
    is under way what it asks anew is gated too, and nothing leaves the gate because it was not answered yet;
    one that moved to another form keeps its gate, and what its answers open.
    """
    if not _has_gate(case):
        return []
    form = form_of_case(case)
    gated = _gated_now(case, form) if form.known else tuple(case.gate)
    if set(gated) == set(case.gate):
        return []
    needless = _needless(case, frozenset(case.gate.keys() - set(gated)), on)
    return [*needless, GatedItemsChanged(because=CIRCUMSTANCES, gated=gated, since=_since(case, on))]


def _gated_now(case: Case, form: CheckForm) -> tuple[str, ...]:
    check = case.check
    if check is not None and check.completed_on is None:
        applying = set(applying_to(case, form)) if check.moved_from is None else set()
        anew = (code for code in gated_for(case, form) if code in applying - case.gate.keys())
        return (*case.gate, *anew)
    return gated_for(case, form) if form.by_circumstances else tuple(case.gate)


def _needless(case: Case, left: frozenset[str], on: date) -> list[Event]:
    """End the mitigations of items that do not concern the person any more."""
    return [
        MitigationWithdrawn(item=item.code, withdrawn_on=on)
        for item in case.gate_items
        if item.code in left and item.mitigation is not None
    ]
