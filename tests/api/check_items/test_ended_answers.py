"""The history of an item says of each answer that does not stand any more why."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest

from api.check_items import ended_answers
from api.check_items.ended_answers import not_standing
from api.check_items.queries import TOLD_OF_AN_ITEM
from discharge.cases.commands import ConfirmItem, MoveCheck, SaveAnswers, StartCheck
from discharge.cases.events import EVENT, CheckStarted, Event
from discharge.store.tables import CaseEventRow
from housing_checks.checks.form import form_of_case
from tests.housing_checks.form_two import FORM_2, checked_on_two, form_two_in_force
from tests.housing_checks.homes import FORM_1, Story, day

BEGINS, LATER = 10, 80
MOVE = MoveCheck(form=FORM_2.code)


class Recorded(Story):
    """A story that keeps its events."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        super().__init__()

    def ask(self, *args: object, **how: object) -> Recorded:
        super().ask(*args, **how)  # type: ignore[arg-type]
        self.events += self.last
        return self

    def why(self, item: str) -> list[str | None]:
        """Of each answer to an item, the newest first, why it does not stand."""
        rows = [
            CaseEventRow(sequence=number, kind=each.kind, payload=EVENT.write(each))
            for number, each in enumerate(self.events)
            if _is_of(each, item)
        ][::-1]
        found = not_standing(form_of_case(self.case).item(item), rows)
        return [found.get(row.sequence) for row in rows if row.kind == "item-answered"]


def _is_of(event: Event, item: str) -> bool:
    if isinstance(event, CheckStarted):
        return True
    said: Sequence[str] = (getattr(event, "item", ""), *getattr(event, "items", ()))
    return event.kind in TOLD_OF_AN_ITEM and item in said


@pytest.fixture(autouse=True)
def in_force() -> Iterator[None]:
    with form_two_in_force(day(BEGINS)):
        yield


def moved(on: int, **answers: str) -> Recorded:
    said = {code.replace("_", "-"): value for code, value in answers.items()}
    return Recorded().ask(SaveAnswers(form=FORM_1.code, answers=said), on=1).ask(MOVE, on=on)


def test_given_an_answer_that_came_along_then_it_stands() -> None:
    assert moved(BEGINS, heating="no").why("heating") == [None, None]


def test_given_an_answer_past_its_day_when_the_check_moved_then_it_says_so() -> None:
    assert moved(LATER, heating="no").why("heating") == [ended_answers.RAN_OUT_BEFORE]


def test_given_an_answer_that_was_overtaken_when_the_check_moved_then_it_was_not_taken_over() -> None:
    story = Recorded().ask(SaveAnswers(form=FORM_1.code, answers={"heating": "yes"}), on=9)
    story.events.append(CheckStarted(form=FORM_2.code, started_on=day(BEGINS), moved_from=FORM_1.code))
    assert story.why("heating") == [ended_answers.NOT_TAKEN_OVER]


def test_given_a_new_check_that_somebody_asked_for_then_answers_before_it_say_so() -> None:
    with form_two_in_force():
        story = Recorded()
        checked_on_two(story)
        story.ask(StartCheck(form=FORM_2.code), on=2).ask(ConfirmItem(item="heating", value="no"), on=3)
        assert story.why("heating") == [None, ended_answers.BEGUN_AGAIN]


def test_given_an_answer_that_held_until_a_day_then_the_one_before_says_so_and_the_next_stands() -> None:
    with form_two_in_force():
        story = Recorded()
        checked_on_two(story)
        story.ask(ConfirmItem(item="water", value="yes"), on=LATER)
        story.ask(ConfirmItem(item="heating", value="yes"), on=LATER + 1)
        assert story.why("heating") == [None, ended_answers.RAN_OUT]


def test_given_an_older_answer_that_is_written_down_late_then_it_says_so() -> None:
    story = Recorded().ask(SaveAnswers(form=FORM_1.code, answers={"heating": "yes"}), on=5)
    story.ask(ConfirmItem(item="heating", value="no", evidence="told"), on=3, now=5)
    assert story.why("heating") == [ended_answers.OLDER, None]
