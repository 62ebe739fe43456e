"""Each part of what stands between a person and home: why, in which words, whose move, since when."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from discharge.cases.model import Case, Check, GateItem, ItemAnswer, Mitigation, Stage, Strand
from discharge.values import YesNoUnknown
from housing_checks.checks.answer_types import WRITTEN
from housing_checks.gate.blockers import Beside, Blocker, beside, blocking, foreseen
from tests.housing_checks.form_two import FORM_2
from tests.housing_checks.homes import CASE, FORM_1, Story, day

JO = UUID(int=1)
MEALS = Mitigation(code="meals-delivered", role="family-carer", named_on=day(2), until_on=day(9), user_id=JO)
RECORD_DECISION = "Record the best-interests decision: who decided, when, and who was consulted"


def said(value: str, gate: YesNoUnknown, on: int = 1, **beside: Any) -> ItemAnswer:
    return ItemAnswer(value=value, gate=gate, answered_on=day(on), **beside)


def case(form: str, *items: GateItem, completed: bool = True, **answers: ItemAnswer) -> Case:
    """A case with these items at the gate, on a check with these answers (with _ for -)."""
    check = Check(form=form, started_on=day(1), completed_on=day(1) if completed else None)
    for code, answer in answers.items():
        check = check.with_answer(code.replace("_", "-"), answer)
    gate = {each.code: each for each in items}
    return Case(case_id=CASE, version=1, stage=Stage.CHECKED, check=check, gate=gate)


def only(found: Case) -> Blocker:
    (blocker,) = blocking(found)
    return blocker


def only_beside(found: Case) -> Beside:
    (open_work,) = beside(found)
    return open_work


def no(code: str, **told: Any) -> GateItem:
    return GateItem(code=code, value="no", as_of=day(2)).model_copy(update=told)


def test_given_an_item_that_its_form_does_not_have_then_its_code_names_it_and_the_coordinator_has_it() -> (
    None
):
    found = only(case(FORM_1.code, no("garden")))
    assert (found.words, found.owner_role, found.next_action) == (
        "garden: no",
        "coordinator",
        "Put it right, or record a mitigation",
    )


@pytest.mark.parametrize("answered", [True, False])
def test_given_an_item_that_is_not_known_then_it_says_whether_anybody_was_asked(answered: bool) -> None:
    answers: dict[str, Any] = {"bed": said("unknown", "unknown")} if answered else {}
    found = only(case(FORM_1.code, GateItem(code="bed"), **answers))
    assert found.why == ("unknown" if answered else "not-answered")


def test_given_an_item_and_no_check_then_nobody_was_asked() -> None:
    unchecked = case(FORM_1.code, GateItem(code="bed")).model_copy(update={"check": None})
    found = only(unchecked)
    assert (found.why, found.words) == ("not-answered", "Bed: not known yet")
    assert beside(unchecked) == []
    assert foreseen(Story().case) == ()


def test_given_an_answer_whose_record_is_missing_then_it_is_recorded_and_once_it_ran_out_asked_again() -> (
    None
):
    answer = said("yes", "unknown")
    waits = only(case(FORM_2.code, GateItem(code="best-interests", as_of=day(1)), best_interests=answer))
    assert (waits.why, waits.next_action) == ("not-recorded", RECORD_DECISION)
    assert waits.words.endswith(": yes, but who decided, and how, is not recorded")
    over = GateItem(code="best-interests", as_of=day(9), expired=True)
    again = only(case(FORM_2.code, over, best_interests=answer))
    assert again.why == "run-out"
    assert again.words.endswith(": the answer has run out: it held until 10 March 2026")
    assert again.next_action.startswith("Ask again: ")


def test_given_an_answer_that_ran_out_on_no_day_that_is_known_then_no_day_is_said() -> None:
    found = only(case(FORM_1.code, GateItem(code="bed", expired=True), bed=said("yes", "yes")))
    assert found.words == "Bed: the answer has run out"


def test_given_an_answer_in_words_of_its_own_then_it_is_said_in_them_until_something_else_holds() -> None:
    blocked = said("blocked", "no")
    as_said = only(case(FORM_2.code, no("clutter"), clutter=blocked))
    assert as_said.words == "Room to walk: bed, toilet or a way out is blocked"
    forgotten = only(case(FORM_2.code, GateItem(code="clutter", as_of=day(3)), clutter=blocked))
    assert forgotten.words == "Room to walk: not known yet"


def test_given_an_answer_of_a_check_under_way_then_it_is_known_since_its_own_day() -> None:
    under_way = case(FORM_1.code, completed=False, food=said("no", "no", on=3))
    _, food = blocking(under_way)
    assert (food.code, food.since) == ("food", day(3))


def test_given_a_mitigation_then_it_is_told_beside_with_who_answers_since_when_and_what_to_do() -> None:
    found = only_beside(case(FORM_1.code, no("food", mitigation=MEALS), food=said("no", "no")))
    assert found == Beside(
        kind="mitigation",
        code="food",
        words="Food for 48 hours: meals are delivered",
        since=day(2),
        owner_role="family-carer",
        user_id=JO,
        due_on=day(9),
        next_action="Put it right before the mitigation ends, or name another one",
    )
    settled = GateItem(code="food", value="yes", as_of=day(3), mitigation=MEALS)
    assert beside(case(FORM_1.code, settled, food=said("yes", "yes"))) == []


def test_given_what_the_person_said_in_their_own_words_then_it_is_no_open_work() -> None:
    in_words = said(WRITTEN, "unknown", note_id=JO)
    kept = case(FORM_2.code, no("food", mitigation=MEALS), wishes=in_words, clutter=said("blocked", "no"))
    assert [(each.kind, each.code) for each in beside(kept)] == [("mitigation", "food"), ("item", "clutter")]


@pytest.mark.parametrize(("former", "why"), [(True, "previous-home"), (False, "not-done")])
def test_given_work_then_it_blocks_because_it_is_not_done_or_was_for_the_previous_home(
    former: bool, why: str
) -> None:
    strand = Strand(
        kind="adaptation",
        number=1,
        item="grab-rail",
        started_on=day(2),
        owner_role="adaptations-service",
        former_home=former,
    )
    done = GateItem(code="bed", value="yes", as_of=day(1))
    found = only(case(FORM_1.code, done).model_copy(update={"strands": {strand.key: strand}}))
    assert (found.kind, found.why) == ("strand", why)
