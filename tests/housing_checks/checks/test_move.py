"""A check that was begun on the first form moves to the second, and keeps what still means the same."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest

from discharge.cases.commands import CompleteCheck, ConfirmItem, MoveCheck, NameMitigation, SaveAnswers
from discharge.cases.events import CheckStarted, GateItemSet, ItemAnswered
from discharge.cases.model import Actor
from discharge.errors import Refused
from housing_checks.checks.form import form_of_case
from housing_checks.checks.move import newer_form
from housing_checks.gate.blockers import blocking
from housing_checks.gate.sentence import short_sentence, what_stands_between
from tests.housing_checks.form_two import FORM_2, all_well, form_two_in_force
from tests.housing_checks.homes import FIRST, FORM_1, SERVICE, Story, answers, check, confirm, day

BEGINS = 10
"""The day of the stories from which the second form is in force."""
MOVE = MoveCheck(form=FORM_2.code)


@pytest.fixture(autouse=True)
def in_force() -> Iterator[None]:
    with form_two_in_force(day(BEGINS)):
        yield


def moved(story: Story) -> CheckStarted:
    return next(each for each in story.last if isinstance(each, CheckStarted))


def test_given_answers_on_the_first_form_then_what_means_the_same_is_kept_with_who_when_and_how() -> None:
    other = Actor(organisation_id=SERVICE, role="coordinator", user_id=SERVICE)
    said = {"heating": "no", "keys": "unknown", "steps-stairs": "no", "room-to-move": "no"}
    story = Story().ask(
        SaveAnswers(form=FORM_1.code, answers=said, evidence={"heating": "seen"}), on=5, actor=other
    )
    before = story.case.check
    story.ask(MOVE, on=BEGINS)
    after = story.case.check
    assert before is not None
    assert after is not None
    assert (after.form, after.moved_from, after.completed_on) == (FORM_2.code, FORM_1.code, None)
    assert after.answers == {"heating": "no", "keys": "unknown"}
    assert after.kept == {"heating": "heating", "keys": "keys"}
    kept, old = after.given["heating"], before.given["heating"]
    assert (
        (kept.by, kept.answered_on, kept.evidence)
        == (old.by, old.answered_on, "seen")
        == (SERVICE, day(5), "seen")
    )
    assert not any(each.changed for each in story.last if isinstance(each, ItemAnswered))


def test_given_stairs_that_are_safe_then_each_item_that_came_of_them_is_kept_and_one_alone_is_asked() -> None:
    story = Story(needs=("hoist",)).ask(SaveAnswers(form=FORM_1.code, answers=answers()), on=5)
    story.ask(MOVE, on=BEGINS)
    assert {item for item, of in moved(story).kept.items() if of == "steps-stairs"} == {
        "way-in",
        "stairs-inside",
    }
    assert {item for item, of in moved(story).kept.items() if of == "room-to-move"} == {
        "turning-space",
        "door-widths",
        "bed-room",
    } & set(FORM_2.asked({}, {"hoist": "yes", "hospital-bed": "no"}))


def test_given_a_completed_check_then_the_gate_keeps_its_answers_until_the_new_one_is_complete() -> None:
    story = Story().ask(check(heating="no"), on=5)
    story.ask(NameMitigation(item="heating", mitigation="temporary-heating", role="coordinator"), on=5)
    gate = {item.code: (item.value, item.mitigation) for item in story.case.gate_items}
    story.ask(MOVE, on=BEGINS)
    assert {item.code: (item.value, item.mitigation) for item in story.case.gate_items} == gate
    rest = {
        code: value
        for code, value in all_well(story.case).items()
        if story.case.check is not None and code not in story.case.check.answers
    }
    story.ask(CompleteCheck(form=FORM_2.code, answers=rest), on=BEGINS)
    assert form_of_case(story.case).code == FORM_2.code
    assert blocking(story.case) == []
    assert story.case.gate["heating"].mitigation is not None
    assert "steps-stairs" not in story.case.gate


def test_given_a_mitigation_on_what_the_new_form_asks_otherwise_then_it_ends_and_the_record_says_so() -> None:
    story = Story().ask(check(steps_stairs="no"), on=5)
    story.ask(NameMitigation(item="steps-stairs", mitigation="step-down", role="therapy"), on=5)
    story.ask(MOVE, on=BEGINS)
    rest = all_well(story.case, stairs_inside="no")
    story.ask(CompleteCheck(form=FORM_2.code, answers=rest), on=BEGINS)
    assert "mitigation-withdrawn" in story.kinds
    assert [each.code for each in blocking(story.case)] == ["stairs-inside"]


def test_given_an_answer_overtaken_or_run_out_since_then_it_is_asked_again() -> None:
    story = Story().ask(check(), on=5)
    story.happens(GateItemSet(item="heating", value="unknown", as_of=day(6)))
    story.ask(confirm("water"), on=7)
    story.ask(MOVE, on=80)
    kept = moved(story).kept
    assert "heating" not in kept
    assert "water" not in kept, "the new form lets it hold for 60 days"
    assert "toilet" in kept


@pytest.mark.parametrize(
    ("begun", "form", "on", "code"),
    [
        (False, FORM_2.code, BEGINS, "no-such-item"),
        (True, FORM_2.code, BEGINS - 1, "already-done"),
        (True, FORM_1.code, BEGINS, "code-not-in-value-set"),
        (True, FORM_2.code, 4, "already-done"),
    ],
)
def test_given_what_cannot_be_moved_then_it_is_refused(begun: bool, form: str, on: int, code: str) -> None:
    story = Story()
    if begun:
        story.ask(SaveAnswers(form=FORM_1.code, answers={"heating": "no"}), on=5)
    with pytest.raises(Refused, match=code):
        story.ask(MoveCheck(form=form), on=on, now=max(on, 5))


def test_given_a_check_on_the_newest_form_then_there_is_none_to_move_to() -> None:
    story = Story().ask(SaveAnswers(form=FORM_1.code, answers={"heating": "no"}), on=5)
    found = newer_form(story.case, day(BEGINS))
    assert found is not None
    assert found.code == FORM_2.code
    assert newer_form(story.case, day(BEGINS - 1)) is None
    story.ask(MOVE, on=BEGINS).ask(ConfirmItem(item="heating", value="yes"), on=BEGINS)
    assert newer_form(story.case, day(BEGINS)) is None
    with pytest.raises(Refused, match="already-done"):
        story.ask(MOVE, on=BEGINS)


def test_given_the_first_day_of_stories_then_it_lies_before_the_second_form() -> None:
    assert FIRST < day(BEGINS) < date(2026, 11, 1)


LATER = 80
"""When what was said of the warmth of a home holds no longer."""


def sentence(story: Story, on: int = LATER) -> str:
    """What stands between the person and home."""
    return what_stands_between(story.case, day(on))


def test_given_noes_that_do_not_come_along_then_the_sentence_says_them_until_they_are_answered() -> None:
    said = {"heating": "no", "room-to-move": "no", "keys": "no", "water": "yes"}
    story = Story().ask(SaveAnswers(form=FORM_1.code, answers=said), on=1)
    story.ask(MOVE, on=LATER)
    assert story.case.check is not None
    assert story.case.check.no_before == ("heating", "room-to-move")
    assert "already known: keys: no" in sentence(story)
    assert sentence(story).endswith(
        "and no on the former questions, and not answered since: room to move, heating."
    )
    story.ask(ConfirmItem(item="heating", value="yes"), on=LATER)
    assert sentence(story).endswith("and not answered since: room to move.")


def test_given_a_no_alone_that_does_not_come_along_then_a_list_of_people_says_it_too() -> None:
    story = Story().ask(SaveAnswers(form=FORM_1.code, answers={"heating": "no"}), on=1)
    story.ask(MOVE, on=LATER)
    assert "not answered since: heating" in str(short_sentence(story.case, day(LATER)))


def test_given_a_complete_check_that_moves_then_what_the_gate_names_is_not_said_twice() -> None:
    story = Story().ask(check(heating="no"), on=1).ask(MOVE, on=LATER)
    assert "former questions" not in sentence(story)
