"""What the referral of the trust says of the person, as a statement on items of the check.

A need that it names is no mere proposal. An answer that denies it is disputed: it counts as not known until a
named person settles it, so that what the need asks for is asked meanwhile. A settled answer wins, until the
trust names the need anew.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from discharge.cases.circumstances import circumstances, stated_needs
from discharge.cases.events import Event
from discharge.cases.model import Actor, Case, ItemAnswer
from discharge.codes.casework import IN_THE_REFERRAL
from discharge.values import YesNoUnknown
from housing_checks.checks.form import form_of_case
from housing_checks.checks.model import CheckForm, CheckItem
from housing_checks.checks.statements import said_of, standing


def said_otherwise(case: Case, item: CheckItem, value: str) -> ItemAnswer | None:
    """Return what the referral says where an answer denies it and nobody has settled that before."""
    if not item.tells:
        return None
    denied = _denied(item, value, stated_needs(case)) - _settled(case, item)
    return _statement(case, item, denied, case.referral.referred_on) if denied and case.referral else None


def said_anew(before: Case, after: Case, on: date, actor: Actor) -> list[Event]:
    """Return what follows where the trust names needs that its referral did not name: each answer of the
    check that denies one is disputed from now on.
    """
    named = stated_needs(after) - stated_needs(before)
    check, form = after.check, form_of_case(after)
    if not named or check is None or not form.known:
        return []
    return [event for item in _denying(after, form, named) for event in _said(after, item, named, on, actor)]


def disputed_with_referral(case: Case) -> tuple[str, ...]:
    """Return the items of which the check and the referral say different things, in no order."""
    check = case.check
    if check is None:
        return ()
    return tuple(
        code
        for code in check.disputed
        if any(each.through == IN_THE_REFERRAL for each in check.statements[code])
    )


def _denying(case: Case, form: CheckForm, named: frozenset[str]) -> Iterator[CheckItem]:
    for item in form.items:
        said = standing(case.check, item.code)
        if any(_denied(item, each.value, named) for each in said):
            yield item


def _said(case: Case, item: CheckItem, named: frozenset[str], on: date, actor: Actor) -> list[Event]:
    stated = _statement(case, item, named & item.tells.keys(), on)
    if stated is None:
        return []
    who = {"by": actor.user_id, "organisation_id": actor.organisation_id, "role": actor.role}
    return said_of(case.check, item.code, stated.model_copy(update=who))


def _denied(item: CheckItem, value: str, stated: frozenset[str]) -> frozenset[str]:
    return frozenset(fact for fact, told in item.told(value) if told == "no" and fact in stated)


def _settled(case: Case, item: CheckItem) -> frozenset[str]:
    """What the answer that stands denies undisputed: somebody has settled that."""
    check = case.check
    if check is None or item.code in check.disputed or item.code not in check.answers:
        return frozenset()
    return _denied(item, check.answers[item.code], stated_needs(case))


def _statement(case: Case, item: CheckItem, stated: frozenset[str], on: date) -> ItemAnswer | None:
    """The first answer that says as much as possible of what is stated, and nothing against what is known."""
    known = circumstances(case)
    best = max((code for code, _ in item.choices), key=lambda code: _fits(item, code, stated, known))
    if not _fits(item, best, stated, known)[0] or case.referral is None:
        return None
    return ItemAnswer(
        value=best,
        gate=item.counts_as(best),
        answered_on=on,
        organisation_id=case.referral.organisation_id,
        through=IN_THE_REFERRAL,
    )


def _fits(
    item: CheckItem, code: str, stated: frozenset[str], known: dict[str, YesNoUnknown]
) -> tuple[int, int]:
    told = dict(item.told(code))
    says = sum(told.get(fact) == "yes" for fact in stated)
    return says, sum(known.get(fact) == value for fact, value in told.items())
