"""Ends of stays beside other stays, sent again and asked about: exactly what each message gives."""

from __future__ import annotations

from uuid import UUID

import pytest

from discharge.cases import commands as cmd
from discharge.cases import events as ev
from discharge.cases.decide.departure import stay_ended
from discharge.cases.evolve import fold
from discharge.cases.model import Action, Case
from tests.discharge.cases.leaving_stories import (
    GONE,
    LATER,
    READY,
    after_news,
    by_feed,
    left,
    open_one,
    owed,
    ready_ended,
    reason_ended,
)
from tests.discharge.cases.stories import POLICY, SPELL, day, kinds, noon, spell, told

THIRD = UUID(int=23)


def beside(case: Case, spell_id: UUID = LATER, **said: object) -> Case:
    return fold(case, [ev.SpellJoined(spell=spell(spell_id=spell_id).model_copy(update=said))])


def of(spell_id: UUID, **said: object) -> cmd.NoteHospitalFacts:
    return cmd.NoteHospitalFacts(spell=spell(spell_id=spell_id).model_copy(update=said))


def over(on: int) -> dict[str, object]:
    return {"status": "discharged", "discharged_on": day(on)}


def test_given_an_end_without_its_day_then_nobody_left_and_what_was_told_with_a_day_stands() -> None:
    assert after_news(READY, told(status="discharged")) == []
    assert after_news(GONE, told(status="discharged")) == []
    assert after_news(READY, told(status="cancelled", discharged_on=day(4))) == []


def test_given_a_stay_long_after_when_it_ends_then_the_discharge_before_it_stands() -> None:
    case = beside(GONE, admitted_on=day(60))
    assert after_news(case, of(LATER, admitted_on=day(60), **over(62)), 63) == []
    nobody_knew = case.model_copy(update={"discharge": left(4, spell_id=None)})
    first, *_ = after_news(nobody_knew, of(LATER, admitted_on=day(60), **over(62)), 63)
    assert (first.kind, first.discharge.discharged_on, first.discharge.spell_id) == (
        "person-discharged", day(62), LATER,
    )  # fmt: skip


def test_given_a_stay_that_began_on_the_day_of_leaving_when_it_ends_then_they_left_at_its_end() -> None:
    there = spell(spell_id=LATER, admitted_on=day(4), **over(6))
    first, *_ = stay_ended(GONE, there, day(6), noon(7), POLICY)
    assert first == ev.PersonDischarged(discharge=left(6, spell_id=LATER))


def test_given_another_stay_that_ended_later_then_its_own_wait_ends_and_they_left_with_the_later_one() -> (
    None
):
    assert after_news(beside(READY, **over(6)), by_feed(4), 7) == [
        ready_ended(4, "transferred"),
        ev.PersonDischarged(discharge=left(6, spell_id=LATER)),
        reason_ended(6),
        *owed(6),
    ]


@pytest.mark.parametrize(
    "other",
    [
        over(4),
        {"status": "expected", "discharged_on": day(6)},
        {"status": "cancelled", "discharged_on": day(6)},
    ],
)
def test_given_another_stay_that_ended_no_later_or_never_was_then_who_leaves_has_left(
    other: dict[str, object],
) -> None:
    assert after_news(beside(READY, **other), by_feed(4), 7) == [
        ev.PersonDischarged(discharge=left(4)),
        ready_ended(4),
        reason_ended(4),
        *owed(4),
    ]


OVERLAPS = beside(READY, admitted_on=day(0))


def overlap(subject: UUID = SPELL) -> Action:
    action = open_one("stays-overlap").action
    return action.model_copy(
        update={"subject": str(subject), "answered_at": noon(5), "answer": "nothing-wrong"}
    )


def test_given_a_ward_that_answered_where_the_person_is_then_it_is_not_asked_about_that_stay_again() -> None:
    case = OVERLAPS.model_copy(update={"actions": {"stays-overlap/1": overlap()}})
    assert after_news(case, by_feed()) == [ready_ended(4, "transferred")]


@pytest.mark.parametrize("other", [overlap(LATER), open_one("fell").action])
def test_given_another_question_then_the_ward_is_asked_about_this_stay_all_the_same(other: Action) -> None:
    case = OVERLAPS.model_copy(update={"actions": {other.key: other}})
    ended, opened = after_news(case, by_feed())
    assert ended == ready_ended(4, "transferred")
    assert (opened.action.cause, opened.action.subject, opened.action.opened_at) == (
        "stays-overlap", str(SPELL), noon(5),
    )  # fmt: skip


CANCELLED = told(status="cancelled")


@pytest.mark.parametrize("turned", [False, True])
def test_given_a_bed_that_was_none_then_they_left_with_the_stay_that_ended_last_and_of_those_began_last(
    turned: bool,
) -> None:
    ends = [
        {"spell_id": LATER, "admitted_on": day(0), **over(4)},
        {"spell_id": THIRD, "admitted_on": day(1), **over(4)},
        {"spell_id": UUID(int=24), "admitted_on": None, **over(4)},
        {"spell_id": UUID(int=25), "admitted_on": day(2), **over(3)},
    ]
    case = READY
    for each in reversed(ends) if turned else ends:
        case = fold(case, [ev.SpellJoined(spell=spell().model_copy(update=each))])
    first, *_ = after_news(case, CANCELLED)
    assert first == ev.PersonDischarged(discharge=left(4, spell_id=THIRD))


def test_given_two_stays_told_alike_when_the_bed_was_none_then_they_have_left_all_the_same() -> None:
    case = beside(beside(READY, **over(4)), THIRD, **over(4))
    first, *_ = after_news(case, CANCELLED)
    assert first == ev.PersonDischarged(discharge=left(4, spell_id=LATER))


def test_given_a_bed_that_was_none_when_another_bed_or_no_end_is_known_then_nobody_left() -> None:
    assert after_news(beside(READY, status="discharged"), CANCELLED) == []
    assert after_news(beside(READY, status="expected", discharged_on=day(4)), CANCELLED) == []
    in_bed = beside(beside(READY), THIRD, **over(4))
    assert after_news(in_bed, of(LATER, status="cancelled")) == []


def test_given_somebody_at_home_when_a_stay_that_never_began_is_taken_back_then_they_left_once() -> None:
    case = beside(GONE, status="expected")
    assert after_news(case, of(LATER, status="cancelled")) == []


@pytest.mark.parametrize(("now", "later"), [(4, True), (5, False), (6, False)])
def test_given_a_missed_contact_when_the_day_of_leaving_is_corrected_then_it_waits_if_it_is_not_due_yet(
    now: int, later: bool
) -> None:
    missed = open_one("contact-missed").action
    others = [
        missed.model_copy(update={"subject": "24-hours"}),
        missed.model_copy(update={"subject": "unknown-contact", "number": 2}),
        missed.model_copy(update={"subject": "24-hours", "cause": "not-reached"}),
    ]
    case = fold(GONE, [ev.ActionOpened(action=each) for each in others])
    moved = fold(case, [ev.SpellChanged(spell=spell(**over(3)))])
    answered = [each for each in after_news(moved, by_feed(4), now) if each.kind == "action-answered"]
    assert answered == (
        [ev.ActionAnswered(action="contact-missed/1", answer="due-later", answered_at=noon(now))]
        if later
        else []
    )
    assert kinds(after_news(moved, by_feed(4), now))[0] == "person-discharged"
