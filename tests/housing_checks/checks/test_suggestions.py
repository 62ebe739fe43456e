"""What the check still suggests to start, as its answers and the strands stand now."""

from __future__ import annotations

from dataclasses import replace

import pytest

from discharge.cases.commands import CancelStrand, MoveStrand, NameMitigation, StartCheck
from housing_checks.checks.faults import faults_of
from housing_checks.checks.form import form_of
from housing_checks.checks.rules import left_to_start, suggested_strands
from tests.housing_checks.homes import FORM_1, Story, check, checked, confirm, start


def codes(story: Story) -> list[tuple[str, tuple[str, ...]]]:
    return [(each.item, each.because) for each in left_to_start(story.case)]


STAIRS = ("steps-stairs",)
BOTH = [("grab-rail", STAIRS), ("straight-stairlift", STAIRS)]


def test_given_no_check_or_one_under_way_then_nothing_is_suggested() -> None:
    assert codes(Story()) == []
    assert codes(Story().ask(StartCheck(form=FORM_1.code))) == []


def test_given_an_answer_no_then_what_it_suggests_is_left_to_start() -> None:
    assert codes(checked(steps_stairs="no")) == BOTH


def test_given_the_needs_of_the_referral_then_the_suggestions_follow_them() -> None:
    story = Story(needs=("wheelchair-full",)).ask(check(steps_stairs="no"))
    assert ("modular-ramp", STAIRS) in codes(story)


def test_given_what_was_suggested_has_begun_then_only_the_rest_is_left() -> None:
    story = checked(steps_stairs="no").ask(start("adaptation", "grab-rail"), on=2)
    assert codes(story) == BOTH[1:]


def test_given_a_strand_that_was_cancelled_then_it_is_suggested_again() -> None:
    story = checked(steps_stairs="no").ask(start("adaptation", "grab-rail"), on=2)
    story.ask(CancelStrand(strand="adaptation/1", reason="ordered-in-error"), on=3)
    assert codes(story) == BOTH


def test_given_work_done_after_the_answer_then_it_is_not_suggested_but_a_later_no_does() -> None:
    story = checked(steps_stairs="no").ask(start("adaptation", "grab-rail"), on=2)
    story.ask(MoveStrand(strand="adaptation/1", step="fitted"), on=4)
    assert codes(story) == BOTH[1:]
    story.ask(confirm("steps-stairs", "no"), on=6)
    assert codes(story) == BOTH


def test_given_an_answer_that_became_yes_or_was_mitigated_then_it_suggests_nothing() -> None:
    assert codes(checked(steps_stairs="no").ask(confirm("steps-stairs"), on=2)) == []
    mitigated = NameMitigation(item="steps-stairs", mitigation="stay-with-someone", role="family-carer")
    assert codes(checked(steps_stairs="no").ask(mitigated, on=2)) == []


def test_given_a_search_for_another_home_then_a_second_one_is_not_suggested() -> None:
    story = checked(safe_address="no").ask(start("rehousing", "rehousing:1-bed-step-free"), on=2)
    assert codes(story) == []


@pytest.mark.parametrize("lost", ["safe_address", "lawful_return"])
def test_given_a_home_that_the_person_cannot_go_back_to_then_nothing_is_built_into_it(lost: str) -> None:
    answers = check(steps_stairs="no", adaptation_in_place="no", bed="no", **{lost: "no"})
    kinds = {each.kind for each in left_to_start(Story(needs=("wheelchair-full",)).ask(answers).case)}
    assert kinds == {"rehousing", "equipment"}


@pytest.mark.parametrize(
    ("needs", "frame"),
    [
        (("ground-floor",), True),
        (("hoist", "bariatric", "ground-floor"), False),
        (("wheelchair-full", "level-access"), False),
    ],
)
def test_given_somebody_who_is_hoisted_or_always_in_a_wheelchair_then_no_frame_is_suggested(
    needs: tuple[str, ...], frame: bool
) -> None:
    form = form_of("home-check-2")
    found = suggested_strands({"equipment-in-place": "no"}, needs, form)
    assert ("walking-frame" in {each.item for each in found}) == frame
    assert found, "something is suggested to everybody"


def test_given_a_fact_that_no_case_has_then_the_form_says_so() -> None:
    row = form_of("home-check-2").item("equipment-in-place")
    wrong = row.suggests[0].model_copy(update={"unless_any": frozenset({"hoisst"})})
    faults = list(faults_of({row.code: replace(row, asked_when=None, suggests=(wrong,))}))
    assert any("hoisst" in each and "hoist" in each for each in faults)
