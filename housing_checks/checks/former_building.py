"""The building that a check is about: where the person goes. When that changes after the check, what was
answered about the former one no longer counts.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from discharge.cases.events import BuildingLeft, Event, MitigationWithdrawn
from discharge.cases.evolve import fold
from discharge.cases.model import Case, Check
from housing_checks.checks.model import CheckForm
from housing_checks.checks.statements import standing

UNSAID = frozenset({"unknown"})


def building_left(case: Case, form: CheckForm, code: str, on: date, said: Sequence[Event]) -> list[Event]:
    """Return what follows where the answer to an item says that the person goes to another building than the
    one that was checked: answers about that one, and what stood in for them, are over. While people say
    different things of it, nothing follows.
    """
    check = case.check
    if check is None or check.completed_on is None or not form.item(code).names_the_building:
        return []
    before, now = _building(check, code), _agreed(fold(case, said).check, code)
    if before is None or now is None or before == now:
        return []
    left = tuple(each for each in _about_it(case, check, form, on) if each != code)
    if not left:
        return []
    return [*_needless(case, left, on), BuildingLeft(because=code, items=left, left_on=on)]


def _building(check: Check, code: str) -> str | None:
    """The building that was checked: while people differ, what was said first."""
    said = standing(check, code)
    return said[0].value if said and said[0].value not in UNSAID else None


def _agreed(check: Check | None, code: str) -> str | None:
    """Where the person goes by now, once nobody says otherwise."""
    if check is None or code in check.disputed or code not in check.answers:
        return None
    value = check.answers[code]
    return value if value not in UNSAID else None


def _about_it(case: Case, check: Check, form: CheckForm, on: date) -> Iterable[str]:
    """The items about the building that were answered, but for what was seen or told on a later day: that is
    about the new one.
    """
    for item in form.items:
        answer = check.given.get(item.code)
        later = answer is not None and answer.answered_on is not None and answer.answered_on > on
        if item.of_the_building and not later and (answer is not None or item.code in case.gate):
            yield item.code


def _needless(case: Case, codes: Iterable[str], on: date) -> list[Event]:
    return [
        MitigationWithdrawn(item=code, withdrawn_on=on)
        for code in codes
        if code in case.gate and case.gate[code].mitigation is not None
    ]
