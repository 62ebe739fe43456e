"""The answers of a check in which all is well but for what is said: for demonstrations, benches and tests."""

from __future__ import annotations

from collections.abc import Mapping

from housing_checks.checks.answer_types import NOT_APPLICABLE, UNKNOWN
from housing_checks.checks.enable_when import Facts
from housing_checks.checks.form import form_of
from housing_checks.checks.model import NOTHING_KNOWN, CheckForm, CheckItem


def answers_when_well(
    form: CheckForm, said: Mapping[str, str], facts: Facts = NOTHING_KNOWN
) -> dict[str, str]:
    """Return an answer to every item that is asked: what is said of it, else its first safe one, that goes
    with what the case tells.
    """
    every = {item.code: said.get(item.code, safe_answer(item, facts)) for item in form.items}
    return {code: every[code] for code in form.asked(every, facts)}


def safe_answer(item: CheckItem, facts: Facts = NOTHING_KNOWN) -> str:
    """Return the first safe answer of an item, one that contradicts no known fact where there is such, else
    one that denies none; not known where none can be made up.
    """
    if item.numbers is not None:
        return str(item.numbers.safe_from or item.numbers.least)
    own = (code for code, _ in item.choices if code not in (NOT_APPLICABLE, UNKNOWN[0]))
    safe = [code for code in own if item.counts_as(code) == "yes"]
    agreeing = [code for code in safe if _goes_with(item, code, facts)]
    admitting = [code for code in safe if not _denies(item, code, facts)]
    return next(iter((*agreeing, *admitting, *safe)), UNKNOWN[0])


def _denies(item: CheckItem, answer: str, facts: Facts) -> bool:
    """Whether an answer says no of what is known to be so: a need, for instance."""
    return any(told == "no" and facts.get(fact) == "yes" for fact, told in item.told(answer))


def _goes_with(item: CheckItem, answer: str, facts: Facts) -> bool:
    return all(facts.get(fact, "unknown") in ("unknown", told) for fact, told in item.told(answer))


def said_on(form: CheckForm, said: Mapping[str, str]) -> dict[str, str]:
    """Return what is said in the codes of the newest edition in those of a form: of an older one, the item
    that each asks the same as. What the form does not have is left out.
    """
    return {found: value for code, value in said.items() if (found := code_on(form, code)) is not None}


def code_on(form: CheckForm, code: str) -> str | None:
    """Return the code that an item of the newest edition has on a form; none where it is not on it."""
    if code in form.codes:
        return code
    same_as = form_of(None).item(code).same_as
    return same_as if same_as in form.codes else None
