"""What a recorded hazard says of the item of the check that asks about it: no, until it is made safe.

An answer that denies it is disputed until a named person settles it, as one that denies the referral is.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from discharge.cases.events import AnswerDisputed, Event, ItemAnswered
from discharge.cases.model import Actor, Case, Hazard, ItemAnswer
from discharge.codes.casework import IN_A_HAZARD
from discharge.codes.hazards import HAZARD_CLOSINGS, LEAST
from housing_checks.checks.form import form_of_case
from housing_checks.checks.statements import counting, said_of, standing
from housing_checks.hazards.gate import made_safe_on
from housing_checks.hazards.schemes import scheme_row


def said_by_hazard(case: Case, code: str, value: str) -> ItemAnswer | None:
    """Return what an open hazard says where an answer denies it and nobody has settled that before."""
    check = case.check
    hazards = _denying(case).get(code, ())
    if value != "yes" or not hazards:
        return None
    settled = check is not None and code not in check.disputed and check.answers.get(code) == "yes"
    return None if settled else _statement(hazards[-1])


def said_by_hazards(before: Case, after: Case, on: date, actor: Actor) -> list[Event]:
    """Return what follows for the check where a hazard was recorded, and where none is left of its kind."""
    form, was, now = form_of_case(after), _denying(before), _denying(after)
    if after.check is None or not form.known:
        return []
    found: list[Event] = []
    for code in form.codes:
        newer = [each for each in now.get(code, ()) if each.key not in _keys(was.get(code, ()))]
        if newer:
            found += _denied(after, code, newer[-1], actor)
        elif code in was and code not in now and not _remains(after, was[code][-1], on):
            found += _taken_back(after, code, on, actor)
    return found


def _denying(case: Case) -> dict[str, tuple[Hazard, ...]]:
    """Item of the check -> the hazards that say no to it."""
    found: dict[str, tuple[Hazard, ...]] = {}
    for hazard in case.open_hazards:
        row = scheme_row(hazard.code, hazard.scheme)
        for code in row.denies if row is not None and _harmful(hazard) else ():
            found[code] = (*found.get(code, ()), hazard)
    return found


def _harmful(hazard: Hazard) -> bool:
    return hazard.severity != LEAST and made_safe_on(hazard) is None


def _keys(hazards: tuple[Hazard, ...]) -> set[str]:
    return {each.key for each in hazards}


def _statement(hazard: Hazard, actor: Actor | None = None) -> ItemAnswer:
    return ItemAnswer(
        value="no",
        gate="no",
        answered_on=hazard.found_on,
        evidence=hazard.known_by,
        through=IN_A_HAZARD,
        by=actor.user_id if actor is not None else None,
        organisation_id=actor.organisation_id if actor is not None else None,
        role=actor.role if actor is not None else None,
    )


def _denied(case: Case, code: str, hazard: Hazard, actor: Actor) -> list[Event]:
    check = case.check
    if check is None or check.answers.get(code) == "no":
        return []
    return said_of(check, code, _statement(hazard, actor))


def _remains(case: Case, hazard: Hazard, on: date) -> bool:
    """Whether it was closed although it is there still."""
    reason = case.hazards[hazard.key].closed_because
    row = HAZARD_CLOSINGS.find(reason, on) if reason is not None else None
    return row is not None and row.remains


def _taken_back(case: Case, code: str, on: date, actor: Actor) -> Iterator[Event]:
    """What others said stands again; where nobody said anything, the item is not known."""
    said = standing(case.check, code)
    others = tuple(each for each in said if each.through != IN_A_HAZARD)
    if len(others) == len(said):
        return
    unknown = ItemAnswer(
        value="unknown",
        answered_on=on,
        by=actor.user_id,
        organisation_id=actor.organisation_id,
        role=actor.role,
    )
    *beside, last = others or (unknown,)
    yield ItemAnswered(item=code, answer=last, beside=tuple(beside))
    if len({each.value for each in others}) > 1:
        yield AnswerDisputed(item=code, counts=counting(others))
