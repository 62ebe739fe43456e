"""An item that other answers leave out says which, and is refused as such, not as one that is not there."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest

from discharge.cases.commands import ConfirmItem, SaveAnswers
from discharge.cases.model import Check
from discharge.errors import Refused
from housing_checks.checks.left_out import left_out_by
from housing_checks.checks.statements import left_since
from tests.housing_checks.form_two import FORM_2, form_two_in_force
from tests.housing_checks.homes import Story, day


@pytest.fixture(autouse=True)
def in_force() -> Iterator[None]:
    with form_two_in_force():
        yield


def without_home() -> Story:
    return Story().ask(SaveAnswers(form=FORM_2.code, answers={"destination": "no-home"}))


def test_given_no_home_when_an_item_of_the_home_is_answered_then_the_answer_that_leaves_it_out_is_named() -> (
    None
):
    story = without_home()
    assert left_out_by(story.case, FORM_2, "heating") == ("destination",)
    with pytest.raises(Refused) as refused:
        story.ask(ConfirmItem(item="heating", value="no"))
    assert (refused.value.code, refused.value.detail, refused.value.where) == (
        "item-not-asked",
        "heating",
        "item",
    )


def test_given_an_item_that_is_asked_or_that_there_is_not_then_nothing_leaves_it_out() -> None:
    case = without_home().case
    assert left_out_by(case, FORM_2, "destination") == ()
    assert left_out_by(case, FORM_2, "garden") == ()


def test_given_other_answers_beside_then_only_the_one_that_leaves_it_out_is_named() -> None:
    said = {"wishes": "unknown", "destination": "no-home"}
    case = Story().ask(SaveAnswers(form=FORM_2.code, answers=said)).case
    assert left_out_by(case, FORM_2, "heating") == ("destination",)


def test_given_an_item_that_is_asked_after_an_answer_that_could_leave_it_out_then_nothing_does() -> None:
    case = Story().ask(SaveAnswers(form=FORM_2.code, answers={"destination": "own-home"})).case
    assert left_out_by(case, FORM_2, "heating") == ()


@pytest.mark.parametrize(("item", "since"), [("heating", day(4)), ("wishes", None)])
def test_given_answers_about_a_former_building_then_what_was_seen_before_the_last_move_is_about_that_one(
    item: str, since: date | None
) -> None:
    former = {"heating": day(2), "water": day(4)}
    check = Check(form=FORM_2.code, started_on=day(0), of_former_building=former)
    assert left_since(check, FORM_2.by_code[item]) == since
    assert left_since(None, FORM_2.by_code[item]) is None


def test_given_an_item_that_the_form_does_not_have_then_it_is_still_no_such_item() -> None:
    with pytest.raises(Refused, match="no-such-item"):
        without_home().ask(ConfirmItem(item="garden", value="no"))
