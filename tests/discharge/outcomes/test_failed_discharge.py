"""The four grounds on which a discharge failed."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from discharge.cases.model import Case, Discharge, FollowUp, Readmission
from discharge.outcomes.failed_discharge import (
    AfterDischarge,
    HomeContact,
    Return,
    after_last_discharge,
    failed_discharge,
)

LEFT = datetime(2026, 3, 20, 15, tzinfo=UTC)
DAY = date(2026, 3, 20)


def back(days: int, cause: str = "medical", at: datetime | None = None) -> AfterDischarge:
    return AfterDischarge(
        discharged_at=LEFT, returns=(Return(on=DAY + timedelta(days=days), at=at, cause=cause),)
    )


def seen(hours: int, *problems: str) -> AfterDischarge:
    return AfterDischarge(
        discharged_at=LEFT, contacts=(HomeContact(at=LEFT + timedelta(hours=hours), problems=problems),)
    )


def test_given_a_quiet_return_home_then_nothing_failed() -> None:
    assert failed_discharge(AfterDischarge(discharged_at=LEFT)) == ()


@pytest.mark.parametrize(("hours", "grounds"), [(0, ("a",)), (72, ("a",)), (73, ())])
def test_given_an_emergency_return_then_72_hours_decide_where_the_instant_is_known(
    hours: int, grounds: tuple[str, ...]
) -> None:
    assert failed_discharge(back(3, at=LEFT + timedelta(hours=hours))) == grounds


@pytest.mark.parametrize(("days", "grounds"), [(0, ("a",)), (3, ("a",)), (4, ())])
def test_given_only_the_day_of_a_return_then_three_days_decide(days: int, grounds: tuple[str, ...]) -> None:
    assert failed_discharge(back(days)) == grounds


@pytest.mark.parametrize("cause", ["home", "equipment", "care", "access"])
def test_given_a_return_within_30_days_because_of_the_home_then_it_failed(cause: str) -> None:
    assert failed_discharge(back(30, cause)) == ("b",)
    assert failed_discharge(back(31, cause)) == ()


def test_given_a_return_through_illness_after_a_week_then_it_did_not_fail() -> None:
    assert failed_discharge(back(8, "medical")) == ()


@pytest.mark.parametrize(
    "problem", ["cannot-get-in", "no-heating", "no-hot-water", "no-power", "no-food", "no-bed"]
)
def test_given_a_home_that_lacked_something_on_arrival_then_it_failed(problem: str) -> None:
    assert failed_discharge(seen(20, problem)) == ("c",)
    assert failed_discharge(seen(73, problem)) == ()


def test_given_another_problem_on_arrival_then_it_did_not_fail() -> None:
    assert failed_discharge(seen(20, "equipment-missing")) == ()


def test_given_an_unsuitable_placement_left_within_7_days_then_it_failed() -> None:
    assert failed_discharge(seen(24 * 6, "placement-unsuitable")) == ("d",)
    assert failed_discharge(seen(24 * 8, "placement-unsuitable")) == ()


def test_given_several_grounds_then_all_are_named_in_order() -> None:
    both = AfterDischarge(
        discharged_at=LEFT,
        returns=back(1, "home").returns,
        contacts=seen(5, "no-heating", "placement-unsuitable").contacts,
    )
    assert failed_discharge(both) == ("a", "b", "c", "d")


SPELL = UUID(int=7)


def test_given_a_case_with_a_readmission_then_its_last_discharge_is_judged() -> None:
    left = Discharge(discharged_on=DAY, discharged_at=LEFT, told_by="feed")
    case = Case(
        case_id=uuid4(),
        earlier_discharges=(left,),
        readmissions=(Readmission(spell_id=SPELL, readmitted_on=DAY + timedelta(days=9), days_after=9),),
    )
    after = after_last_discharge(case, {SPELL: "equipment"})
    assert after is not None
    assert failed_discharge(after) == ("b",)


def test_given_a_case_with_a_contact_then_what_was_found_at_home_is_judged() -> None:
    owed = FollowUp(
        key="24-hours", due_at=LEFT, outcome="needs-help", contacted_at=LEFT, problems=("no-power",)
    )
    left = Discharge(discharged_on=DAY, discharged_at=LEFT, told_by="hand")
    after = after_last_discharge(Case(case_id=uuid4(), discharge=left, follow_ups={"24-hours": owed}))
    assert after is not None
    assert failed_discharge(after) == ("c",)


def test_given_nobody_left_yet_then_there_is_nothing_to_judge() -> None:
    assert after_last_discharge(Case(case_id=uuid4())) is None
