"""Who decides: found for one decision by somebody, and what that answers in the home check."""

from __future__ import annotations

from collections.abc import Iterable
from typing import get_args

import pytest

from discharge.cases.commands import (
    AcceptReferral,
    Command,
    RecordAdvocate,
    RecordBestInterests,
    RecordCapacity,
    RecordLiberty,
    RecordRepresentative,
)
from discharge.cases.decide.capacity import imca_needed
from discharge.cases.evolve import fold
from discharge.cases.model import Case
from discharge.cases.model.capacity import CapacityState
from discharge.codes.capacity import CAPACITY_DECISIONS
from discharge.errors import HomewardError
from housing_checks.checks.needed_records import CAPACITY_ANSWERS, answers_of_record
from housing_checks.pathway import DECIDERS
from tests.discharge.cases.stories import POLICY, after, day, envelope, kinds, noon, refer

HOME = "where-to-live"
LACKS = RecordCapacity(decision=HOME, capacity="lacks", assessor="social-worker", method="two-stage")
ALONE = RecordBestInterests(
    decision=HOME, decider="social-worker", consulted=("the-person", "care-staff"), least_restrictive="yes"
)
WITH_FAMILY = ALONE.model_copy(update={"consulted": ("the-person", "family")})
IMCA = RecordAdvocate(decision=HOME, advocate="imca", instructed=True)


def accepted() -> Case:
    return after((0, refer()), (0, AcceptReferral()))


def asked(*commands: Command, on: int = 1, case: Case | None = None) -> Case:
    case = case or accepted()
    for command in commands:
        case = fold(case, DECIDERS[command.kind](case, envelope(command, on), noon(on), POLICY))
    return case


def refusals(case: Case, command: Command, on: int = 1) -> list[str]:
    with pytest.raises(HomewardError) as refused:
        DECIDERS[command.kind](case, envelope(command, on), noon(1), POLICY)
    return [f"{each.where} {each.code}" for each in (refused.value, *refused.value.others)]


def known(case: Case) -> dict[str, str]:
    return dict(answers_of_record(case))


def test_given_a_finding_without_who_assessed_it_then_it_is_refused_and_a_presumption_is_not() -> None:
    bare = RecordCapacity(decision=HOME, capacity="lacks")
    assert refusals(accepted(), bare) == ["assessor assessor-needed"]
    without_method = RecordCapacity(decision=HOME, capacity="has", assessor="gp")
    assert refusals(accepted(), without_method) == ["method assessor-needed"]
    held = asked(RecordCapacity(decision=HOME, capacity="presumed")).capacity[HOME]
    assert (held.capacity, held.assessor) == ("presumed", None)


def test_given_capacity_for_one_decision_then_it_says_nothing_of_another() -> None:
    case = asked(LACKS, RecordCapacity(decision="money", capacity="presumed"))
    assert {code: held.capacity for code, held in case.capacity.items()} == {
        HOME: "lacks",
        "money": "presumed",
    }


def test_given_several_faults_then_all_of_them_are_said() -> None:
    wrong = RecordCapacity(decision="x", capacity="has", assessor="y", method="z", review_on=day(0))
    assert refusals(accepted(), wrong, on=2) == [
        "effective_on date-in-future",
        "decision code-not-in-value-set",
        "assessor code-not-in-value-set",
        "method code-not-in-value-set",
        "review_on dates-out-of-order",
    ]


def test_given_somebody_who_decides_then_nobody_decides_for_them() -> None:
    for case in (accepted(), asked(RecordCapacity(decision=HOME, capacity="not-assessed"))):
        assert "decision capacity-not-lacking" in refusals(case, WITH_FAMILY)


def test_given_nobody_close_to_consult_then_an_advocate_comes_first() -> None:
    case = asked(LACKS)
    assert imca_needed(case, case.capacity[HOME])
    assert refusals(case, ALONE) == ["consulted advocate-needed"]
    needed = asked(RecordAdvocate(decision=HOME, advocate="imca", instructed=False), case=case)
    assert refusals(needed, ALONE) == ["consulted advocate-needed"]
    assert known(needed)["advocate"] == "no"
    decided = asked(IMCA, ALONE, case=needed)
    assert decided.capacity[HOME].best_interests is not None
    assert known(decided) == {
        "capacity": "cannot-decide",
        "best-interests": "yes",
        "least-restrictive": "yes",
        "advocate": "yes",
    }


@pytest.mark.parametrize(
    ("before", "decision"),
    [
        ((), WITH_FAMILY),
        ((RecordRepresentative(representative="attorney-welfare", authority_seen="yes"),), ALONE),
    ],
)
def test_given_family_or_an_attorney_who_may_decide_then_no_advocate_is_needed(
    before: tuple[Command, ...], decision: RecordBestInterests
) -> None:
    case = asked(LACKS, *before, decision)
    assert not imca_needed(case, case.capacity[HOME])
    assert known(case)["advocate"] == "yes"


@pytest.mark.parametrize(
    ("representative", "seen"), [("attorney-property", "yes"), ("attorney-welfare", "unknown")]
)
def test_given_an_attorney_for_money_or_one_whose_power_nobody_saw_then_an_advocate_is_needed(
    representative: str, seen: str
) -> None:
    held = RecordRepresentative.model_validate({"representative": representative, "authority_seen": seen})
    case = asked(LACKS, held)
    assert imca_needed(case, case.capacity[HOME])


def test_given_a_best_interests_decision_when_they_are_found_to_decide_then_it_no_longer_stands() -> None:
    has = RecordCapacity(decision=HOME, capacity="has", assessor="consultant", method="conversation")
    case = asked(has, on=3, case=asked(LACKS, WITH_FAMILY))
    assert case.capacity[HOME].best_interests is None
    assert known(case) == {"capacity": "decides"}


def test_given_an_older_finding_then_it_does_not_replace_a_newer_one() -> None:
    newer = asked(LACKS, on=1)
    assert refusals(newer, LACKS.model_copy(update={"capacity": "has"}), on=0) == [
        "effective_on dates-out-of-order"
    ]


def test_given_the_same_said_twice_then_nothing_happens_the_second_time() -> None:
    deprived = RecordLiberty(state="requested")
    case = asked(LACKS, IMCA, ALONE, deprived)
    for command in (LACKS, IMCA, ALONE, deprived):
        again = DECIDERS[command.kind](case, envelope(command, 1), noon(1), POLICY)
        assert kinds(again) == [], command.kind


@pytest.mark.parametrize(
    ("state", "answer"), [("free", "not-applicable"), ("requested", "no"), ("authorised", "yes")]
)
def test_given_how_far_an_authorisation_is_then_it_answers_the_check(state: str, answer: str) -> None:
    assert known(asked(RecordLiberty(state=state))) == {"deprivation-of-liberty": answer}


def test_given_every_finding_then_it_has_an_answer() -> None:
    assert set(CAPACITY_ANSWERS) == set(get_args(CapacityState))


def _items() -> Iterable[str]:
    return (row.item for row in CAPACITY_DECISIONS if row.item)


def test_given_the_decisions_then_two_answer_items_where_the_person_lives_and_what_is_cleared() -> None:
    assert list(_items()) == ["capacity", "clearing-capacity"]


@pytest.mark.parametrize(
    ("state", "answer"),
    [("presumed", "decides"), ("has", "decides"), ("lacks", "cannot-decide"), ("not-assessed", "in-doubt")],
)
def test_given_capacity_about_clearing_then_it_answers_that_item_and_not_where_the_person_lives(
    state: CapacityState, answer: str
) -> None:
    how = {"assessor": "social-worker", "method": "conversation"} if state in ("has", "lacks") else {}
    case = asked(RecordCapacity(decision="refusing-clearing", capacity=state, **how))
    assert dict(answers_of_record(case)) == {"clearing-capacity": answer}


def test_given_a_best_interests_decision_about_clearing_then_no_item_about_the_place_is_answered() -> None:
    lacks = RecordCapacity(
        decision="refusing-clearing", capacity="lacks", assessor="social-worker", method="conversation"
    )
    decided = RecordBestInterests(
        decision="refusing-clearing", decider="social-worker", consulted=("family",), least_restrictive="yes"
    )
    assert dict(answers_of_record(asked(lacks, decided))) == {"clearing-capacity": "decided-for"}
