"""Beginning and completing the check."""

from __future__ import annotations

from uuid import UUID

import pytest

from discharge.cases.commands import CompleteCheck, NameMitigation, StartCheck
from discharge.cases.model import Check, Stage, Strand
from discharge.errors import Refused
from housing_checks.checks.rules import not_asked
from tests.discharge.cases.stories import after, refer
from tests.housing_checks.homes import FORM_1, Story, answers, check, checked, confirm, day

EACH_ITEM = ["item-answered"] * len(FORM_1.items)


def test_given_an_accepted_case_when_the_check_starts_and_completes_then_it_is_checked_and_has_its_gate() -> (
    None
):
    story = Story().ask(StartCheck(form=FORM_1.code), on=1)
    assert story.kinds == ["check-started"]
    story.ask(check(heating="no", food="unknown"), on=2)
    assert story.kinds == [*EACH_ITEM, "check-completed"]
    assert story.case.stage is Stage.CHECKED
    assert story.case.check is not None
    assert (story.case.check.started_on, story.case.check.completed_on) == (day(1), day(2))
    assert story.case.gate["heating"].value == "no"
    assert story.case.gate["food"].value == "unknown"
    assert set(story.case.gate) == set(FORM_1.gated_codes((), "no"))


def test_a_check_that_was_not_begun_begins_with_its_completion() -> None:
    assert Story().ask(check(heating="no")).kinds == ["check-started", *EACH_ITEM, "check-completed"]


def test_given_a_home_fit_as_it_is_then_the_check_alone_makes_it_ready() -> None:
    story = checked()
    assert story.kinds == ["check-started", *EACH_ITEM, "check-completed", "home-became-ready"]
    assert story.case.stage is Stage.READY


def test_a_referral_that_was_not_accepted_has_no_check() -> None:
    with pytest.raises(Refused, match="stage-not-allowed"):
        Story(accepted=False).decide(StartCheck(form=FORM_1.code))


def test_an_unknown_form_is_refused() -> None:
    with pytest.raises(Refused, match="code-not-in-value-set"):
        Story().decide(StartCheck(form="home-check-0"))


def test_a_check_under_way_is_not_begun_again_and_is_handed_in_on_its_own_form() -> None:
    story = Story().ask(StartCheck(form=FORM_1.code))
    with pytest.raises(Refused, match="already-done"):
        story.decide(StartCheck(form=FORM_1.code))
    with pytest.raises(Refused, match="code-not-in-value-set"):
        story.decide(CompleteCheck(form="home-check-0", answers=answers()))


def test_an_item_that_the_form_does_not_have_is_refused_without_repeating_it() -> None:
    with pytest.raises(Refused, match="code-not-in-value-set") as refusal:
        Story().decide(CompleteCheck(form=FORM_1.code, answers=answers() | {"Mrs Example": "yes"}))
    assert "Example" not in str(refusal.value)


def test_an_item_left_out_is_refused_by_name() -> None:
    given = answers()
    del given["water"]
    with pytest.raises(Refused, match="item-not-answered") as refusal:
        Story().decide(CompleteCheck(form=FORM_1.code, answers=given))
    assert refusal.value.detail == "water"


def test_a_check_is_not_completed_tomorrow_nor_before_it_began() -> None:
    with pytest.raises(Refused, match="date-in-future"):
        Story().decide(check(), on=3, now=2)
    story = Story().ask(StartCheck(form=FORM_1.code), on=3)
    with pytest.raises(Refused, match="dates-out-of-order"):
        story.decide(check(), on=2, now=3)


def test_given_a_mitigation_when_a_second_check_says_yes_then_the_mitigation_ends() -> None:
    story = checked(heating="no", food="no")
    story.ask(NameMitigation(item="heating", mitigation="temporary-heating", role="landlord"), on=2)
    story.ask(NameMitigation(item="food", mitigation="meals-delivered", role="care-provider"), on=2)
    story.ask(check(food="no"), on=3)
    assert story.case.gate["heating"].mitigation is None
    assert story.case.gate["food"].mitigation is not None


def test_while_a_second_check_is_under_way_the_gate_keeps_its_answers() -> None:
    story = checked().ask(StartCheck(form=FORM_1.code), on=2)
    assert story.case.stage is Stage.READY
    story.ask(confirm("heating", "no"), on=2)
    assert "home-no-longer-ready" in story.kinds


def test_given_somebody_without_a_home_when_checked_then_nothing_of_its_building_is_asked() -> None:
    homeless = after((0, refer(homeless="yes")))
    left_out = not_asked(homeless, FORM_1)
    assert {"heating", "water", "steps-stairs", "keys"} <= left_out
    assert not left_out & {"safe-address", "lawful-return", "food", "first-care-visit"}
    assert not_asked(after((0, refer(homeless="no"))), FORM_1) == frozenset()


def test_given_somebody_homeless_with_a_safe_address_when_checked_then_all_is_asked() -> None:
    case = after((0, refer(homeless="yes")))
    known = Check(form=FORM_1.code, started_on=day(0), answers={"safe-address": "yes"})
    assert not_asked(case.model_copy(update={"check": known}), FORM_1) == frozenset()


def test_given_a_home_was_let_when_checked_then_all_of_it_is_asked() -> None:
    case = after((0, refer(homeless="yes")))
    let = Strand(
        kind="rehousing", number=1, item="rehousing:1-bed-general", started_on=day(0),
        owner_role="coordinator", property_id=UUID(int=7),
    )  # fmt: skip
    assert not_asked(case.model_copy(update={"strands": {let.key: let}}), FORM_1) == frozenset()
