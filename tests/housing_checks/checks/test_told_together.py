"""Several answers that one person told at once: who, how, and by which name, said once of all of them."""

from __future__ import annotations

from uuid import uuid4

import pytest

from discharge.cases.commands import SaveAnswers
from discharge.errors import Refused
from tests.housing_checks.homes import FORM_1, Story

ANSWERS = {"heating": "no", "keys": "yes"}


def told(**more: object) -> SaveAnswers:
    return SaveAnswers.model_validate({"form": FORM_1.code, "answers": ANSWERS, **more})


def test_given_who_told_several_answers_then_each_says_so() -> None:
    name = uuid4()
    story = Story().ask(told(told_by="daughter", through="phone", told_note_id=name), on=2)
    assert story.case.check is not None
    said = {(each.told_by, each.through, each.told_note_id) for each in story.case.check.given.values()}
    assert said == {("daughter", "phone", name)}


def test_given_answers_that_were_left_as_seen_then_nobody_else_has_told_them() -> None:
    story = Story().ask(SaveAnswers(form=FORM_1.code, answers={"heating": "no"}), on=2)
    story.ask(told(told_by="daughter", through="phone", kept=("heating",)), on=3)
    assert story.case.check is not None
    given = story.case.check.given
    assert (given["heating"].told_by, given["heating"].through) == (None, None)
    assert (given["keys"].told_by, given["keys"].through) == ("daughter", "phone")


def test_given_the_same_answers_when_somebody_else_tells_them_then_that_is_recorded_once() -> None:
    story = Story().ask(told(told_by="daughter"), on=2).ask(told(told_by="ward"), on=3)
    assert [each.kind for each in story.last] == ["item-answered", "item-answered"]
    assert story.ask(told(told_by="ward"), on=3).last == []


@pytest.mark.parametrize("field", ["told_by", "through"])
def test_given_a_code_that_is_in_no_list_then_it_is_refused_by_its_field(field: str) -> None:
    with pytest.raises(Refused) as refused:
        Story().ask(told(**{field: "carrier-pigeon"}), on=2)
    assert refused.value.where == field
