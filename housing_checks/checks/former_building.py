"""The building that a check is about: where the person goes. When that changes, what was answered about the
former one no longer counts, whether the check is complete or under way.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from discharge.cases.events import (
    AnswerSettled,
    BuildingLeft,
    Event,
    ItemAnswered,
    MitigationWithdrawn,
    StrandRedirected,
    WorkForFormerHome,
)
from discharge.cases.evolve import fold
from discharge.cases.model import Case, Check, ItemAnswer, Strand
from discharge.pathway_words import former_words, middle
from housing_checks.checks.form import form_of_case
from housing_checks.checks.model import CheckForm, CheckItem
from housing_checks.checks.statements import same_speaker, standing
from housing_checks.strands.definitions import DEFINITIONS

PLACE = "place"
"""The fact that there is a building at all."""
OWN_PLACE = "own-place"
"""The fact that it is the person's own home."""
UNSAID = frozenset({"unknown"})
MISTAKEN = "mistaken"
"""Why an answer was settled: the other one was a mistake."""


def building_left(case: Case, form: CheckForm, code: str, on: date, said: Sequence[Event]) -> list[Event]:
    """Return what follows where the answer to an item says that the person goes to another building than the
    one that is checked: answers about that one, and what stood in for them, are over; orders for it are
    marked. While people say different things of it, nothing follows. A slip that is corrected before the
    check is complete takes no answer back.
    """
    check, item = case.check, form.item(code)
    if check is None or not item.names_the_building:
        return []
    after = fold(case, said).check
    before, now = _building(check, item, after), _agreed(after, code) or _presumed(item, after)
    if before is None or now is None or before == now:
        return []
    orders = _orders(case, item, before, now, on)
    spared = _spared(check, form, code, said) if check.completed_on is None else frozenset()
    left = tuple(each for each in _about_it(case, check, form, on) if each != code and each not in spared)
    if not left:
        return orders
    return [*_needless(case, left, on), BuildingLeft(because=code, items=left, left_on=on), *orders]


def _orders(case: Case, item: CheckItem, before: str, now: str, on: date) -> list[Event]:
    """Open orders that serve one building are marked with the one for which they were made; those made for
    the one to which the person goes again are for it again.
    """
    had_place = before in item.tells.get(PLACE, ())
    events: list[Event] = []
    for strand in case.open_strands:
        if strand.former_place == now:
            events.append(StrandRedirected(strand=strand.key, redirected_on=on))
        elif DEFINITIONS[strand.kind].for_the_building and not strand.former_home and had_place:
            events.append(WorkForFormerHome(strand=strand.key, since=on, place=before))
    return events


def building_item(case: Case) -> str:
    """The item of the check of a case that says where the person goes; no code for a form that asks none."""
    item = form_of_case(case).building_item
    return item.code if item is not None else ""


def moved_to(then: Case, case: Case, code: str) -> str:
    """Where the person goes by now, in the words of the check, for whoever answers an item about the building
    to which they went then; nothing where the item is not about it, or the person goes there still.
    """
    form = form_of_case(case)
    named = form.building_item
    if named is None or code not in form.codes or code == named.code or not form.item(code).of_the_building:
        return ""
    before, now = _agreed(then.check, named.code), _agreed(case.check, named.code)
    return named.words(now) if before and now and before != now else ""


def ordered_for(case: Case, strand: Strand) -> str:
    """Return for which building a marked order was made, in the words of the check, for its readers."""
    named = form_of_case(case).building_item
    if strand.former_place is None or named is None:
        return former_words(strand)
    place = middle(named.words(strand.former_place).partition(",")[0])
    kept = "; still needed there" if strand.kept_on is not None else ""
    return f"ordered for {place}, not for where they go now{kept}"


def _building(check: Check, item: CheckItem, after: Check | None) -> str | None:
    """The building that was checked: while people differ, what was said first. Where it was said that nobody
    knows where the person goes, it is their own home: that is the one that people look at meanwhile. What a
    merged case knew of it came with answers about that building.
    """
    said = standing(check, item.code)
    if not said or said[0].value not in UNSAID:
        return said[0].value if said else None
    handed = after is not None and item.code in after.answers and after.given_of(item.code).came_from
    return None if handed else own_home(item)


def _presumed(item: CheckItem, after: Check | None) -> str | None:
    """The building that answers are about where nobody knows by now where the person goes: their own home, so
    that what was said of another one is over.
    """
    if after is None or item.code in after.disputed or after.answers.get(item.code) not in UNSAID:
        return None
    return own_home(item)


def own_home(item: CheckItem) -> str | None:
    """The answer that names the person's own home, to the item that says where they go."""
    return next(iter(item.tells.get(OWN_PLACE, ())), None)


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


def _spared(check: Check, form: CheckForm, code: str, said: Sequence[Event]) -> frozenset[str]:
    """The items of a check under way whose answers are about the new building all the same: all of them where
    a person corrects a slip of the same day before anything was said of the building; those of the person who
    was right where the other was mistaken. Where nobody can tell, an answer is about the former building.
    """
    about = {
        item.code: check.given_of(item.code)
        for item in form.items
        if item.of_the_building and item.code != code and item.code in check.answers
    }
    for event in said:
        if isinstance(event, AnswerSettled) and event.reason == MISTAKEN:
            return frozenset(each for each, answer in about.items() if _theirs(answer, event.answer))
        if isinstance(event, ItemAnswered) and _slip(standing(check, code)[0], event.answer, about.values()):
            return frozenset(about)
    return frozenset()


def _theirs(answer: ItemAnswer, right: ItemAnswer) -> bool:
    """Whether the person who was right about the building said it, and not before they named it."""
    return same_speaker(answer, right) and not _before(answer, right.answered_on)


def _slip(before: ItemAnswer, now: ItemAnswer, about: Iterable[ItemAnswer]) -> bool:
    same = same_speaker(before, now) and before.answered_on == now.answered_on
    return same and all(_before(each, now.answered_on) for each in about)


def _before(answer: ItemAnswer, on: date | None) -> bool:
    """Whether it was said before a day, as far as anybody knows both days."""
    return answer.answered_on is not None and on is not None and answer.answered_on < on


def _needless(case: Case, codes: Iterable[str], on: date) -> list[Event]:
    return [
        MitigationWithdrawn(item=code, withdrawn_on=on)
        for code in codes
        if code in case.gate and case.gate[code].mitigation is not None
    ]
