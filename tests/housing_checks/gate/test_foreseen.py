"""What will block once the check is complete is told before it is, each item with its day."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from discharge.cases.model import Assignment, Case, Check, GateItem, ItemAnswer, Stage
from discharge.values import YesNoUnknown
from housing_checks.checks.answer_types import NOT_APPLICABLE
from housing_checks.gate.blockers import beside, blocking, dated_items, foreseen
from housing_checks.gate.owners import owner_named
from tests.housing_checks.form_two import FORM_2
from tests.housing_checks.hazards.hazard_story import HazardStory, mould
from tests.housing_checks.homes import CASE, FORM_1, day

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
