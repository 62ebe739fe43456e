"""Wishes, letters and talks about choice with their answers, and who pays."""

from __future__ import annotations

from uuid import uuid5

from discharge.cases.commands import (
    AcceptReferral,
    AnswerChoiceStep,
    RecordChoiceStep,
    RecordWish,
)
from discharge.cases.decide.choice import overdue
from discharge.cases.events import ChoiceStepGiven
from discharge.cases.model import Case
from tests.discharge.cases.stories import after, ask, day, decided, kinds, refer, refused

LETTER = RecordChoiceStep(step="letter-1", given_by="discharge-team")


def accepted() -> Case:
    return after((0, refer()), (0, AcceptReferral()))


def test_given_a_letter_then_its_answer_is_due_as_the_policy_says_or_as_somebody_said() -> None:
    step = ask(accepted(), LETTER, 1).choice["letter-1/1"]
    assert (step.given_on, step.response_due_on) == (day(1), day(8))
    said = ask(accepted(), LETTER.model_copy(update={"response_due_on": day(3)}), 1).choice["letter-1/1"]
    assert said.response_due_on == day(3)
    leaflet = RecordChoiceStep(step="information", given_by="ward")
    assert ask(accepted(), leaflet, 1).choice["information/1"].response_due_on is None


def test_given_a_letter_twice_on_a_day_then_it_was_given_once_and_on_another_day_again() -> None:
    case = ask(accepted(), LETTER, 1)
    assert kinds(decided(case, LETTER, 1)) == []
    assert sorted(ask(case, LETTER, 4).choice) == ["letter-1/1", "letter-1/2"]


def test_given_no_answer_by_its_day_then_it_is_late_until_there_is_one() -> None:
    case = ask(accepted(), LETTER, 1)
    assert overdue(case, day(8)) == ()
    assert [each.key for each in overdue(case, day(9))] == ["letter-1/1"]
    answered = ask(case, AnswerChoiceStep(choice_step="letter-1/1", answer="refuses"), 9)
    assert overdue(answered, day(20)) == ()
    assert kinds(decided(answered, AnswerChoiceStep(choice_step="letter-1/1", answer="refuses"), 9)) == []


def test_given_an_answer_to_nothing_or_before_the_letter_then_it_is_refused() -> None:
    assert (
        refused(accepted(), AnswerChoiceStep(choice_step="letter-1/1", answer="agrees"), 1)[0]
        == "no-such-item"
    )
    case = ask(accepted(), LETTER, 2)
    early = refused(case, AnswerChoiceStep(choice_step="letter-1/1", answer="agrees"), 1, now=2)
    assert (early[0], early[2]) == ("dates-out-of-order", "effective_on")


def test_given_codes_that_are_in_no_list_then_each_is_refused() -> None:
    assert refused(accepted(), RecordWish(wish="moon"), 1)[2] == "wish"
    assert refused(accepted(), LETTER.model_copy(update={"step": "letter-9"}), 1)[2] == "step"
    assert refused(accepted(), LETTER.model_copy(update={"given_by": "x"}), 1)[2] == "given_by"


def test_given_a_wish_then_the_last_one_stands() -> None:
    case = ask(ask(accepted(), RecordWish(wish="care-home"), 1), RecordWish(wish="own-home"), 2)
    assert case.wish is not None
    assert (case.wish.wish, case.wish.said_on) == ("own-home", day(2))
    assert kinds(decided(case, RecordWish(wish="own-home"), 3)) == []


def test_given_a_letter_before_an_earlier_one_then_it_is_refused_unless_a_note_says_why() -> None:
    third = RecordChoiceStep(step="letter-3", given_by="ward")
    assert refused(accepted(), third, 3) == ("choice-step-order", "letter-1, letter-2", "step")
    first = ask(accepted(), LETTER, 2)
    assert refused(first, third, 3) == ("choice-step-order", "letter-2", "step")
    before = RecordChoiceStep(step="letter-2", given_by="ward")
    assert refused(first, before, 1, now=3) == ("choice-step-order", "letter-1", "step")
    second = ask(first, before, 3)
    assert "letter-3/1" in ask(second, third, 4).choice
    why = uuid5(accepted().case_id, "why")
    [event] = decided(accepted(), third, 3, note_id=why)
    assert isinstance(event, ChoiceStepGiven)
    assert event.step.note_id == why
