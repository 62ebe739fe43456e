"""What of a check may be kept on somebody's phone, where there is no signal.

Items of safety never are, nor is what is asked because of them: that it is asked would tell their answer.
"""

from __future__ import annotations

from collections.abc import Mapping

from discharge.cases.circumstances import circumstances
from discharge.cases.model import Case
from discharge.values import YesNoUnknown
from housing_checks.checks.enable_when import AnswerIs, FactIs
from housing_checks.checks.model import CheckForm, CheckItem


def kept_offline(form: CheckForm) -> tuple[CheckItem, ...]:
    """Return the items that may be kept on a device, in order; their conditions are on each other, and on
    facts of which no withheld item speaks.
    """
    withheld: set[str] = set()
    told: set[str] = set()
    for item in form.items:
        if item.safety or any(_depends(each, withheld, told) for each in _conditions(item)):
            withheld.add(item.code)
            told.update(item.tells)
    return tuple(item for item in form.items if item.code not in withheld)


def deciding_facts(case: Case, items: tuple[CheckItem, ...]) -> Mapping[str, YesNoUnknown]:
    """Return what the case tells of the facts that decide whether one of these items is asked."""
    needed = {each.fact for item in items for each in _conditions(item) if isinstance(each, FactIs)}
    return {fact: value for fact, value in circumstances(case).items() if fact in needed}


def _conditions(item: CheckItem) -> tuple[AnswerIs | FactIs, ...]:
    return item.asked_when.conditions if item.asked_when is not None else ()


def _depends(condition: AnswerIs | FactIs, withheld: set[str], told: set[str]) -> bool:
    if isinstance(condition, FactIs):
        return condition.fact in told
    return condition.item in withheld
