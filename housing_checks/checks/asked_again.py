"""Answers that opened the gate before it was asked who decided, or why an item does not apply.

What was recorded goes on counting: a row of data changes no recorded case. It is shown with what is missing,
and whoever gives the answer again says it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from discharge.cases.model import Case
from housing_checks.checks.answer_types import NOT_APPLICABLE
from housing_checks.checks.answers import asked_of, facts_standing
from housing_checks.checks.model import CheckForm, CheckItem
from housing_checks.checks.needed_records import asks_for_a_record, missing_record


class AskedAgain(NamedTuple):
    """An answer that counts: its item, what is missing, and what to do."""

    item: CheckItem
    missing: str
    next_action: str


def asked_again(case: Case, form: CheckForm) -> Iterator[AskedAgain]:
    """Yield what is asked again of the check of a case, in the order of its form."""
    check = case.check
    if check is None:
        return
    old = [item for item in form.items if item.code in check.answers and check.counts_as(item.code) == "yes"]
    found = [each for item in old if (each := _of_item(case, item)) is not None]
    if found:
        asked, facts = set(asked_of(case, form)), facts_standing(case)
        for each in found:
            aside = each.item.left_aside
            words = check.answers[each.item.code] != NOT_APPLICABLE or not aside.reason
            if each.item.code in asked and (words or aside.needs_words(check.answers, facts)):
                yield each


def _of_item(case: Case, item: CheckItem) -> AskedAgain | None:
    if case.check is None:
        return None
    answer = case.check.given_of(item.code)
    if asks_for_a_record(item.code):
        needed = missing_record(case, item.code, answer.value)
        if needed is not None:
            return AskedAgain(item, needed.missing, needed.next_action)
    if answer.value == NOT_APPLICABLE and item.left_aside.reason and answer.note_id is None:
        again = f"Answer it again, and say why it does not apply: {item.question}"
        return AskedAgain(item, "nobody said why", again)
    return None
