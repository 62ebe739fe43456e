"""A late answer about choice raises an alert to whoever leads the talks, and only while it is waited for."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from discharge.cases.commands import AcceptReferral, AnswerChoiceStep, RecordChoiceStep
from discharge.cases.model import Case, Stage
from discharge.clocks import london_midnight
from discharge.risk.engine import Finding, evaluate, next_check
from discharge.risk.facts import facts_of
from tests.discharge.cases.stories import after, refer

RULE = "choice-answer-late"
LETTER = RecordChoiceStep(step="letter-1", given_by="discharge-team")


def with_a_letter() -> Case:
    return after((0, refer()), (1, AcceptReferral()), (1, LETTER))


def due(case: Case, key: str = "letter-1/1") -> date:
    day = case.choice[key].response_due_on
    assert day is not None
    return day


def found(case: Case, on: date) -> list[Finding]:
    return [each for each in evaluate(facts_of(case), london_midnight(on)) if each.rule == RULE]


def test_given_a_letter_when_the_day_of_its_answer_has_passed_then_its_owner_is_told_and_not_before() -> None:
    case = with_a_letter()
    last = due(case)
    assert found(case, last) == []
    [late] = found(case, last + timedelta(days=1))
    assert (late.level, late.owner_role, late.subject) == ("AMBER", "discharge-team", "letter-1/1")
    assert "Letter 1: what is available" in late.fact
    assert next_check(facts_of(case), london_midnight(last)) == london_midnight(last + timedelta(days=1))


@pytest.mark.parametrize(
    "then",
    [
        AnswerChoiceStep(choice_step="letter-1/1", answer="no-answer"),
        RecordChoiceStep(step="letter-2", given_by="discharge-team"),
    ],
)
def test_given_an_answer_or_the_next_step_then_nobody_is_told_of_the_one_before(
    then: AnswerChoiceStep | RecordChoiceStep,
) -> None:
    case = after((12, then), case=with_a_letter())
    assert found(case, due(case) + timedelta(days=5)) == []


def test_given_somebody_who_has_left_hospital_then_no_answer_is_waited_for() -> None:
    gone = with_a_letter().model_copy(update={"stage": Stage.DISCHARGED})
    assert found(gone, due(gone) + timedelta(days=5)) == []


def refused(answer: str) -> Case:
    return after((2, AnswerChoiceStep(choice_step="letter-1/1", answer=answer)), case=with_a_letter())


def to_take(case: Case) -> list[Finding]:
    at = london_midnight(date(2026, 3, 12))
    return [each for each in evaluate(facts_of(case), at) if each.rule == "choice-step-to-take"]


@pytest.mark.parametrize("answer", ["refuses", "no-answer", "another-choice", "needs-time"])
def test_given_an_answer_that_is_no_agreement_then_the_discharge_team_is_told_until_the_next_step(
    answer: str,
) -> None:
    [told] = to_take(refused(answer))
    assert (told.level, told.owner_role, told.subject) == ("AMBER", "discharge-team", "letter-1/1")
    assert told.fact.startswith("Letter 1: what is available, given on ")
    assert to_take(after((4, RecordChoiceStep(step="letter-2", given_by="ward")), case=refused(answer))) == []
    assert to_take(refused(answer).model_copy(update={"stage": Stage.DISCHARGED})) == []


def test_given_somebody_who_agrees_then_no_step_is_to_be_taken() -> None:
    agreed = AnswerChoiceStep(choice_step="letter-1/1", answer="agrees")
    assert to_take(refused("agrees")) == []
    assert to_take(after((5, agreed), case=refused("refuses"))) == []
