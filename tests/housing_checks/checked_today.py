"""A check on the form in force, for stories that happen today: all is well but for what is said."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType

from discharge.cases.circumstances import circumstances
from discharge.cases.commands import CompleteCheck
from discharge.cases.model import Case
from housing_checks.checks.all_well import answers_when_well, said_on
from housing_checks.checks.form import form_in_force

BROUGHT_BY: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "adaptation-in-place": {"adaptation-needed": "minor"},
        "equipment-in-place": {"equipment-needed": "needed"},
    }
)
"""What is said besides, so that an item is asked."""


def checked(case: Case, on: date, **said: str) -> CompleteCheck:
    """Return a whole check of a case; items are named as on the newest form, with _ for -."""
    form = form_in_force(on)
    named = {code.replace("_", "-"): value for code, value in said.items()}
    besides = {code: value for each in named for code, value in BROUGHT_BY.get(each, {}).items()}
    wanted = said_on(form, besides | named)
    answers = answers_when_well(form, wanted, circumstances(case))
    assert wanted.keys() <= answers.keys(), f"not asked: {wanted.keys() - answers.keys()}"
    return CompleteCheck(form=form.code, answers=answers)
