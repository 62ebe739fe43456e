"""The answers of a check in which all is well but for what is said: for demonstrations, benches and tests."""

from __future__ import annotations

from collections.abc import Mapping

from housing_checks.checks.answer_types import NOT_APPLICABLE, UNKNOWN
from housing_checks.checks.enable_when import Facts
from housing_checks.checks.model import NOTHING_KNOWN, CheckForm, CheckItem


def answers_when_well(
    form: CheckForm, said: Mapping[str, str], facts: Facts = NOTHING_KNOWN
) -> dict[str, str]:
    """Return an answer to every item that is asked: what is said of it, else its first safe one."""
    every = {item.code: said.get(item.code, safe_answer(item)) for item in form.items}
    return {code: every[code] for code in form.asked(every, facts)}


def safe_answer(item: CheckItem) -> str:
    """Return the first safe answer of an item; not known where none can be made up."""
    if item.numbers is not None:
        return str(item.numbers.safe_from or item.numbers.least)
    own = (code for code, _ in item.choices if code not in (NOT_APPLICABLE, UNKNOWN[0]))
    return next((code for code in own if item.counts_as(code) == "yes"), UNKNOWN[0])
