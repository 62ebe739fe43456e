"""What will block once the check is complete is told before it is, each item with its day."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

import pytest

from discharge.cases.model import Assignment, Case, Check, GateItem, ItemAnswer, Stage
from discharge.values import YesNoUnknown
from housing_checks.checks.answer_types import NOT_APPLICABLE
from housing_checks.checks.due import Due
from housing_checks.gate.blockers import beside, blocking, dated_items, foreseen
from housing_checks.gate.owners import owner_named
from housing_checks.hazards.gate import LANDLORD_TOLD, told_due
from tests.housing_checks.form_two import FORM_2
from tests.housing_checks.hazards.hazard_story import HazardStory, mould
from tests.housing_checks.homes import CASE, FORM_1, checked, day, start

JO = UUID(int=1)
EMERGENCY = "no-emergency-hazard"


def said(value: str, gate: YesNoUnknown, on: int = 1, **beside: Any) -> ItemAnswer:
    return ItemAnswer(value=value, gate=gate, answered_on=day(on), **beside)


def under_way(form: str, **answers: ItemAnswer) -> Case:
    check = Check(form=form, started_on=day(0))
    for code, answer in answers.items():
        check = check.with_answer(code.replace("_", "-"), answer)
    return Case(case_id=CASE, version=1, stage=Stage.ACCEPTED, check=check)


@pytest.mark.parametrize("begun", [False, True])
def test_given_emergency_hazards_before_the_check_then_their_item_is_no_since_the_last_was_found(
    begun: bool,
) -> None:
    story = HazardStory().ask(mould(severity="emergency"), 1)
    story.ask(mould(severity="emergency", room="kitchen"), 2)
    case = story.case
    if begun:
        check = Check(form=FORM_1.code, started_on=day(1)).with_answer(EMERGENCY, said("yes", "yes"))
        case = case.model_copy(update={"check": check})
    assert foreseen(case) == (EMERGENCY,)
    _, item = blocking(case)
    assert (item.code, item.why, item.since) == (EMERGENCY, "no", day(2))
    assert item.words.endswith(": no")
    assert EMERGENCY not in {each.code for each in beside(case)}


def test_given_something_said_not_to_apply_that_does_then_it_is_not_known_since_that_was_said() -> None:
    case = under_way(FORM_2.code, food=said(NOT_APPLICABLE, "unknown", on=3))
    assert foreseen(case) == ("food",)
    _, food = blocking(case)
    assert (food.code, food.since) == ("food", day(3))
    assert food.words.endswith(": somebody answered that it does not apply, and it does")


def test_given_a_check_that_is_complete_then_nothing_is_foreseen_that_the_gate_does_not_hold() -> None:
    case = under_way(FORM_1.code, food=said("no", "no"))
    assert case.check is not None
    complete = case.check.model_copy(update={"completed_on": day(1)})
    assert foreseen(case.model_copy(update={"check": complete})) == ()


def test_given_items_with_days_then_the_earliest_comes_first_whatever_its_name() -> None:
    gate = {code: GateItem(code=code, value="no", as_of=day(1)) for code in ("bed", "food", "keys")}
    assigned = {
        code: Assignment(role="coordinator", due_on=day(due), assigned_on=day(1))
        for code, due in (("bed", 6), ("food", 2))
    }
    check = Check(form=FORM_1.code, started_on=day(1), completed_on=day(1))
    case = Case(case_id=CASE, version=1, stage=Stage.CHECKED, check=check, gate=gate, assigned=assigned)
    assert [(each.code, each.due_on) for each in dated_items(case)] == [("food", day(2)), ("bed", day(6))]


def test_given_work_under_way_then_the_item_that_waits_for_it_is_due_with_it() -> None:
    story = checked(toilet="no").ask(start("equipment", "commode", due_on=day(6)), on=2)
    assert [(each.code, each.due_on) for each in dated_items(story.case)] == [("toilet", day(6))]


@pytest.mark.parametrize(
    ("needed_by", "due_on"), [(None, day(2)), (day(9), day(2)), (day(3), day(1)), (day(1), day(1))]
)
def test_given_the_day_the_home_is_needed_then_an_item_is_due_so_long_before_and_never_before_it_opened(
    needed_by: date | None, due_on: date
) -> None:
    row = FORM_2.by_code["understands"].due
    assert row is not None
    assert row == Due.model_validate({"after": "1 working day", "before_needed": "2 days"})
    opened = GateItem(code="understands", value="no", as_of=day(1), opened_on=day(1))
    check = Check(form=FORM_2.code, started_on=day(1), completed_on=day(1))
    case = Case(case_id=CASE, version=1, stage=Stage.CHECKED, check=check, needed_by=needed_by)
    (blocker,) = blocking(case.model_copy(update={"gate": {opened.code: opened}}))
    assert blocker.due_on == due_on


def test_given_a_gate_that_stands_when_a_new_check_is_under_way_then_its_answers_are_told_beside() -> None:
    case = under_way(FORM_1.code, food=said("no", "no", on=3))
    bed = GateItem(code="bed", value="no", as_of=day(1))
    stands = case.model_copy(update={"gate": {"bed": bed}})
    assert [each.code for each in blocking(stands)] == ["bed"]
    assert [(each.kind, each.code, each.since) for each in beside(stands)] == [("item", "food", day(3))]


def test_given_an_answer_that_counts_and_lacks_its_record_then_it_is_told_beside_since_it_was_given() -> None:
    case = under_way(FORM_2.code, best_interests=said("yes", "yes", on=3))
    (asked,) = beside(case)
    assert (asked.code, asked.since, asked.owner_role) == ("best-interests", day(3), "adult-social-care")
    assert asked.words.endswith(": yes, but who decided, and how, is not recorded")
    assert asked.next_action.startswith("Record the best-interests decision")


def test_given_a_landlord_to_be_told_then_that_is_due_by_its_clock_and_nothing_else_is() -> None:
    story = HazardStory().ask(mould(severity="emergency"), 1)
    by_clock = told_due(story.case)
    assert by_clock is not None
    check = Check(form=FORM_2.code, started_on=day(1), completed_on=day(1))
    gate = {code: GateItem(code=code, value="no", as_of=day(1)) for code in (LANDLORD_TOLD, "garden")}
    case = story.case.model_copy(update={"check": check, "gate": gate, "needed_by": day(30)})
    assert {each.code: each.due_on for each in blocking(case)} == {LANDLORD_TOLD: by_clock, "garden": day(30)}
    without = case.model_copy(update={"hazards": {}})
    assert {each.due_on for each in blocking(without) if each.code == LANDLORD_TOLD} != {by_clock}
    assert all(each.due_on is not None for each in blocking(without))


def answered(on: int, gate: YesNoUnknown = "no", **told: Any) -> Check:
    answer = said("yes" if gate == "yes" else "no", gate, on, **told)
    return Check(form=FORM_1.code, started_on=day(0)).with_answer("keys", answer)


GIVEN = Assignment(role="landlord", user_id=JO, due_on=day(8), assigned_on=day(2))


@pytest.mark.parametrize(
    ("check", "assigned", "named"),
    [
        pytest.param(None, GIVEN, ("landlord", JO, day(8)), id="no-check"),
        pytest.param(None, None, None, id="nobody"),
        pytest.param(answered(3), GIVEN, ("landlord", JO, day(8)), id="an-answer-that-names-nobody"),
        pytest.param(
            answered(3, "yes", owner_role="ward", due_on=day(6)), GIVEN, ("landlord", JO, day(8)), id="a-yes"
        ),
        pytest.param(answered(3, owner_role="ward"), None, ("ward", None, None), id="the-owner-alone"),
        pytest.param(answered(3, due_on=day(6)), None, (None, None, day(6)), id="the-day-alone"),
        pytest.param(
            answered(1, owner_role="ward", due_on=day(6)),
            GIVEN.model_copy(update={"due_on": None}),
            ("landlord", JO, day(6)),
            id="given-since-without-a-day",
        ),
        pytest.param(
            answered(3, owner_role="landlord"),
            GIVEN,
            ("landlord", JO, day(8)),
            id="answered-since-same-owner",
        ),
        pytest.param(
            answered(3, due_on=day(6)), GIVEN, ("landlord", JO, day(6)), id="answered-since-another-day"
        ),
        pytest.param(
            answered(3, owner_role="ward"), GIVEN, ("ward", None, day(8)), id="answered-since-another-owner"
        ),
    ],
)
def test_given_what_was_said_of_owner_and_day_then_the_last_counts_and_a_person_stays_with_their_role(
    check: Check | None, assigned: Assignment | None, named: tuple[object, ...] | None
) -> None:
    case = Case(
        case_id=CASE,
        version=1,
        stage=Stage.ACCEPTED,
        check=check,
        assigned={"keys": assigned} if assigned is not None else {},
    )
    assert owner_named(case, "keys") == named
