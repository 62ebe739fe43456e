"""The grounds on which a discharge failed, and what is known after each discharge."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from discharge.cases import events as ev
from discharge.cases.evolve import evolve
from discharge.cases.model import Case, CaseSpell, Discharge, FollowUp, Readmission
from discharge.outcomes.failed_discharge import discharges_of, failed_discharge, readmission_after

LEFT = datetime(2026, 3, 20, 15, tzinfo=UTC)
DAY = date(2026, 3, 20)
SPELL = UUID(int=7)


def back(days: int) -> Readmission:
    return Readmission(spell_id=SPELL, readmitted_on=DAY + timedelta(days=days), days_after=days)


def seen(hours: int, *problems: str) -> FollowUp:
    return FollowUp(
        key="24-hours",
        due_at=LEFT,
        outcome="needs-help",
        contacted_at=LEFT + timedelta(hours=hours),
        problems=problems,
    )


def left(*contacts: FollowUp) -> Discharge:
    return Discharge(discharged_on=DAY, discharged_at=LEFT, told_by="feed", contacts=contacts)


def test_given_a_quiet_return_home_then_nothing_failed() -> None:
    owed = FollowUp(key="72-hours", due_at=LEFT)
    assert failed_discharge(left(owed, seen(20)), None) == ()


@pytest.mark.parametrize(("days", "grounds"), [(0, ("return",)), (3, ("return",)), (4, ())])
def test_given_a_return_then_three_days_decide(days: int, grounds: tuple[str, ...]) -> None:
    assert failed_discharge(left(), back(days)) == grounds


@pytest.mark.parametrize(
    "problem", ["cannot-get-in", "no-heating", "no-hot-water", "no-power", "no-food", "no-bed"]
)
def test_given_a_home_that_lacked_something_on_arrival_then_it_failed(problem: str) -> None:
    assert failed_discharge(left(seen(72, problem)), None) == ("arrival",)
    assert failed_discharge(left(seen(73, problem)), None) == ()


def test_given_another_problem_on_arrival_then_it_did_not_fail() -> None:
    assert failed_discharge(left(seen(20, "equipment-missing")), None) == ()


def test_given_a_home_found_unsuitable_within_7_days_then_it_failed() -> None:
    assert failed_discharge(left(seen(24 * 7, "placement-unsuitable")), None) == ("unsuitable",)
    assert failed_discharge(left(seen(24 * 8, "placement-unsuitable")), None) == ()


def test_given_several_grounds_then_all_are_named_in_order() -> None:
    after = left(seen(5, "no-heating", "placement-unsuitable"))
    assert failed_discharge(after, back(1)) == ("return", "arrival", "unsuitable")


def test_given_a_person_who_is_back_then_what_was_found_at_home_stays_with_that_discharge() -> None:
    found = seen(5, "no-heating")
    case = Case(case_id=uuid4(), discharge=left(), follow_ups={"24-hours": found})
    assert discharges_of(case) == (left(found),)

    case = evolve(case, ev.PersonReadmitted(readmission=back(2)))
    assert case.follow_ups == {}
    (before,) = discharges_of(case)
    assert before == left(found)
    assert failed_discharge(before, readmission_after(case, before)) == ("return", "arrival")


def test_given_two_discharges_then_a_readmission_belongs_to_the_one_before_it() -> None:
    later = Discharge(discharged_on=date(2026, 4, 10), discharged_at=LEFT, told_by="feed")
    case = Case(case_id=uuid4(), earlier_discharges=(left(),), discharge=later, readmissions=(back(9),))
    assert [readmission_after(case, each) for each in discharges_of(case)] == [back(9), None]


def test_given_a_stay_that_was_cancelled_then_nobody_was_back() -> None:
    stay = CaseSpell(spell_id=SPELL, organisation_id=uuid4(), status="cancelled")
    case = Case(case_id=uuid4(), earlier_discharges=(left(),), readmissions=(back(2),), spells=(stay,))
    assert readmission_after(case, left()) is None
