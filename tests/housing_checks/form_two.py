"""The form of the second edition, tried before the day from which it is in force: stories on it, told in what
is not well.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from functools import lru_cache
from unittest.mock import patch

from discharge.cases.circumstances import circumstances
from discharge.cases.commands import CompleteCheck
from discharge.cases.model import Case
from housing_checks.checks import form
from housing_checks.checks.all_well import answers_when_well
from housing_checks.checks.form import HOME_CHECK, form_of
from tests.housing_checks.homes import Story

FORM_2 = form_of("home-check-2")
"""The form of the second edition."""


@contextmanager
def form_two_in_force(since: date = date(2026, 3, 1)) -> Iterator[None]:
    """Let the second edition be in force from a day in the time of stories."""
    first, second = (each for each in HOME_CHECK.editions if each.heading.edition in ("1", "2"))
    begun = second.heading.model_copy(update={"effective_from": since})
    later = type(second)(begun, second.table)
    uncached = lru_cache(form._form.__wrapped__)
    with patch.object(HOME_CHECK, "editions", (first, later)), patch.object(form, "_form", uncached):
        yield


def all_well(case: Case, **changed: str) -> dict[str, str]:
    """Return an answer to every item that form 2 asks in a case: the first safe one, but for the items named
    (with _ for -). Answers that decide what else is asked are among them: `destination="other-home"`.
    """
    said = {code.replace("_", "-"): value for code, value in changed.items()}
    unknown = said.keys() - set(FORM_2.codes)
    assert not unknown, f"not on the form: {unknown}"
    answers = answers_when_well(FORM_2, said, circumstances(case))
    assert said.keys() <= answers.keys(), f"not asked: {said.keys() - answers.keys()}"
    return answers


def checked_on_two(story: Story, on: int = 1, **changed: str) -> Story:
    """Return a story whose home was checked on form 2, with all well but for what is named."""
    return story.ask(CompleteCheck(form=FORM_2.code, answers=all_well(story.case, **changed)), on=on)
