"""What an answer is likely to be, before anybody gave one: from what the case knows, and from the last
completed check of the same home. A proposal is no answer: it counts nowhere until somebody confirms it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Literal

from discharge.cases.circumstances import circumstances, fact_words
from discharge.cases.model import Case, Check
from discharge.values import AnswerCode, Frozen, YesNoUnknown
from housing_checks.checks.answer_types import NOT_APPLICABLE, UNKNOWN, WRITTEN
from housing_checks.checks.answers import answers_standing, asked_of
from housing_checks.checks.enable_when import Facts
from housing_checks.checks.form import form_of
from housing_checks.checks.model import CheckForm, CheckItem
from housing_checks.checks.not_applicable import NotApplicable

Source = Literal["case", "earlier-check"]


class Proposal(Frozen):
    """What an item may be answered with: by whose word, of which day, and the facts that say so."""

    item: str
    value: AnswerCode
    source: Source
    on: date | None
    facts: tuple[str, ...] = ()

    @property
    def because(self) -> str:
        """What is known, in words; empty for an earlier check."""
        return ", ".join(fact_words(fact) for fact in self.facts)


def proposals(case: Case, form: CheckForm, before: Case | None = None) -> list[Proposal]:
    """Return what is proposed for the items that a form asks in a case and nobody has answered, in order.
    `before` is an earlier case of the same person whose check was made of the same home. Nothing is proposed
    that concerns safety.
    """
    facts, standing = circumstances(case), answers_standing(case)
    earlier = (
        dict(_of_the_home(before, form)) if before is not None and _same_home(form, standing, facts) else {}
    )
    said_on = case.referral.referred_on if case.referral is not None else None
    found = (
        earlier.get(item.code) or _from_facts(item, facts, said_on)
        for item in map(form.item, asked_of(case, form))
        if item.code not in _given(case) and not item.safety
    )
    return [each for each in found if each is not None]


def _given(case: Case) -> Mapping[str, str]:
    """What somebody answered: answers to a check that is complete are said in that check, too."""
    return case.check.answers if case.check is not None else {}


def _same_home(form: CheckForm, standing: Mapping[str, str], facts: Facts) -> bool:
    """Whether the person goes to the home where they lived, as far as is known."""
    known = form.facts(standing, facts)
    return known.get("own-place") == "yes" and known.get("rehoused") != "yes"


def _from_facts(item: CheckItem, facts: Facts, on: date | None) -> Proposal | None:
    """The one answer that agrees with everything that is known, where only one does and somebody said so.
    That nothing was said of a need is no word, and whether a home can be used is for people to judge.
    """
    known = {fact: facts[fact] for fact in item.tells if facts.get(fact, "unknown") != "unknown"}
    says = tuple(fact for fact, value in known.items() if value == "yes")
    if not says or item.having_a_home:
        return None
    own = [code for code, _ in item.choices if code not in (UNKNOWN[0], NOT_APPLICABLE, WRITTEN)]
    fitting = [code for code in own if _agrees(item, code, known)]
    if len(fitting) != 1:
        return None
    return Proposal(item=item.code, value=fitting[0], source="case", on=on, facts=says)


def _agrees(item: CheckItem, code: str, known: Mapping[str, YesNoUnknown]) -> bool:
    told = dict(item.told(code))
    return all(told[fact] == value for fact, value in known.items())


def _of_the_home(before: Case, form: CheckForm) -> Iterator[tuple[str, Proposal]]:
    """What an earlier check said of the building, where it still stands and the item still asks the same."""
    check = before.check
    if check is None or check.completed_on is None:
        return
    standing = answers_standing(before)
    for item in form.items:
        code = _asked_as(item, check, form)
        value = standing.get(code)
        if item.of_the_building and value is not None and _worth_proposing(item, value):
            answered = check.given[code].answered_on if code in check.given else None
            on = answered or check.completed_on
            yield item.code, Proposal(item=item.code, value=value, source="earlier-check", on=on)


def _asked_as(item: CheckItem, check: Check, form: CheckForm) -> str:
    """The item of the earlier form that asked the same; no code for none."""
    same_edition = check.form.partition("+")[0] == form.code.partition("+")[0]
    code = item.code if same_edition else item.same_as
    return code if code is not None and code in form_of(check.form).codes else ""


def _worth_proposing(item: CheckItem, value: str) -> bool:
    meant = not item.same_answers or value in item.same_answers
    explained = value == NOT_APPLICABLE and isinstance(item.not_applicable, NotApplicable)
    return meant and value not in (UNKNOWN[0], WRITTEN) and not explained and item.takes(value)
