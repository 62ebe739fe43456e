"""Answers to a check that is complete: one by one, in the same check, and never a second check unasked."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from discharge.cases.commands import CompleteCheck, ConfirmItem, SaveAnswers, StartCheck
from discharge.cases.events import CheckStarted
from discharge.cases.evolve import fold
from discharge.cases.model import Actor, Stage
from discharge.errors import Refused
from housing_checks.checks.form import form_in_force
from housing_checks.gate.blockers import blocking
from housing_checks.gate.rules import gate_open
from tests.housing_checks.homes import FORM_1, SERVICE, Story, answers, check, checked, confirm, day
from tests.housing_checks.oxygen_form import oxygen_asked

BEGINS = 30
"""1 April 2026 as the day of a story: from then on the form asks about oxygen."""

OTHER = Actor(organisation_id=SERVICE, role="coordinator", user_id=SERVICE)


@pytest.fixture(autouse=True)
def oxygen() -> Iterator[None]:
    """A site that asks about oxygen from April on."""
    with oxygen_asked():
        yield


def ready() -> Story:
    form = form_in_force(day(BEGINS)).code
    handed_in = CompleteCheck(form=form, answers={**answers(), "oxygen": "no", "door": "80"})
    return Story().ask(handed_in, on=BEGINS)


def save(**said: str) -> SaveAnswers:
    return SaveAnswers(form=form_in_force(day(BEGINS)).code, answers=said)


def test_given_a_ready_home_when_oxygen_is_saved_then_the_gate_shuts_at_once_as_by_one_item() -> None:
    saved, alone = ready().ask(save(oxygen="yes"), on=31), ready()
    alone.ask(ConfirmItem(item="oxygen", value="yes"), on=31)
    assert saved.kinds == alone.kinds
    assert {"gated-items-changed", "home-no-longer-ready"} <= set(saved.kinds)
    assert [each.code for each in blocking(saved.case)] == ["smokes", "cylinder", "alarm"]
    assert saved.case.check is not None
    assert saved.case.check.completed_on == day(BEGINS)


def test_given_several_answers_saved_then_those_that_open_items_and_those_opened_count_together() -> None:
    story = ready().ask(save(smokes="yes", oxygen="yes", cylinder="open", alarm="2026-03-30"), on=31)
    assert gate_open(story.case)
    assert {"smokes", "cylinder", "alarm"} <= story.case.gate.keys()
    story.ask(save(oxygen="no", heating="no"), on=32)
    assert [each.code for each in blocking(story.case)] == ["heating"]
    with pytest.raises(Refused, match="item-not-asked") as refused:
        story.ask(save(smokes="no"), on=32)
    assert refused.value.where == "answers.smokes"


def test_given_another_person_saves_otherwise_on_the_day_then_both_stand_and_the_less_safe_counts() -> None:
    story = ready().ask(save(heating="no", water="yes"), on=BEGINS, actor=OTHER)
    assert story.case.check is not None
    assert set(story.case.check.disputed) == {"heating"}
    assert [each.code for each in blocking(story.case)] == ["heating"]


def test_given_answers_left_as_they_were_seen_then_only_new_evidence_of_them_is_said() -> None:
    left = ("heating", "water")
    again = save(heating="yes", water="yes").model_copy(update={"kept": left})
    story = ready().ask(again, on=31)
    assert story.kinds == []
    story.ask(again.model_copy(update={"evidence": {"heating": "seen"}}), on=31)
    assert story.kinds == ["item-answered"]
    assert story.case.check is not None
    assert story.case.check.given["heating"].evidence == "seen"
    told = save(heating="yes", water="no", oxygen="no").model_copy(
        update={"kept": ("heating", "oxygen"), "evidence": {"heating": "seen"}}
    )
    assert story.ask(told, on=32).kinds[0] == "item-answered"
    assert [each.code for each in blocking(story.case)] == ["water"]


def test_given_the_check_is_handed_in_again_then_it_stays_the_same_check_with_all_that_is_asked() -> None:
    story = checked(heating="no").ask(check(heating="yes"), on=3)
    assert "check-started" not in story.kinds
    assert "check-completed" not in story.kinds
    assert story.case.stage is Stage.READY
    with pytest.raises(Refused, match="item-not-answered"):
        ready().ask(CompleteCheck(form=form_in_force(day(31)).code, answers={"oxygen": "yes"}), on=31)


def test_given_a_complete_check_then_answers_by_another_form_are_refused() -> None:
    with pytest.raises(Refused, match="code-not-in-value-set"):
        checked().ask(save(oxygen="yes"), on=31)
    assert checked().ask(SaveAnswers(form=FORM_1.code, answers={"water": "no"}), on=31).kinds[:1] == [
        "item-answered"
    ]


def test_given_a_new_check_that_was_asked_for_when_oxygen_is_told_then_what_it_opens_blocks() -> None:
    story = ready().ask(StartCheck(form=form_in_force(day(31)).code), on=31)
    assert gate_open(story.case)
    story.ask(save(oxygen="yes"), on=31)
    assert [each.code for each in blocking(story.case)] == ["smokes", "alarm"]
    story.ask(save(door="80"), on=31)
    assert [each.code for each in blocking(story.case)] == ["smokes", "cylinder", "alarm"]


def test_given_a_history_with_a_second_check_that_opened_items_then_the_next_thing_done_shuts_the_gate() -> (
    None
):
    story = ready()
    form = form_in_force(day(31)).code
    told = ready().ask(ConfirmItem(item="oxygen", value="yes"), on=31).last[0]
    story.case = fold(story.case, [CheckStarted(form=form, started_on=day(31)), told])
    story.ask(confirm("heating"), on=32)
    assert not gate_open(story.case)
    assert "home-no-longer-ready" in story.kinds
