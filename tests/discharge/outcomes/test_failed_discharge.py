"""The grounds on which a discharge failed, and what is known after each discharge."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from discharge.cases import events as ev
from discharge.cases.evolve import evolve
from discharge.cases.model import Case, CaseSpell, Discharge, FollowUp, Readmission
from discharge.outcomes.failed_discharge import (
    discharges_of,
    failed_discharge,
    ground_words,
    readmission_after,
)
from discharge.reference.files import DataInvalid
from discharge.reference.policy import put_in_force
from tests.fixtures.site_rows import site_change

LEFT = datetime(2026, 3, 20, 15, tzinfo=UTC)
DAY = date(2026, 3, 20)
SPELL = UUID(int=7)


@pytest.fixture
def in_force() -> Iterator[None]:
    yield
    put_in_force(())


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


def test_given_a_site_s_own_limits_then_discharges_of_earlier_days_are_judged_as_before(
    in_force: None,
) -> None:
    put_in_force(
        [
            site_change(
                "failed-discharges",
                DAY + timedelta(days=1),
                arrival={"within": "24 hours", "label": "The home was not fit on the first day"},
                **{"return": {"within": "7 days"}},
            )
        ]
    )
    later = left().model_copy(
        update={"discharged_on": DAY + timedelta(days=1), "discharged_at": LEFT + timedelta(days=1)}
    )
    assert failed_discharge(left(), back(5)) == ()
    assert failed_discharge(later, back(5)) == ("return",)
    cold = later.model_copy(update={"contacts": (seen(24 + 25, "no-heating"),)})
    assert failed_discharge(cold, None) == ()
    assert failed_discharge(left(seen(49, "no-heating")), None) == ("arrival",)
    assert ground_words("arrival", later.discharged_on) == "The home was not fit on the first day"
    assert ground_words("arrival", DAY).startswith("The home could not be entered")


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        ({"arrivel": {"label": "x"}}, r"rows\.arrivel: .*did you mean arrival\?"),
        ({"late": {"label": "x"}}, r"rows\.late: is not a ground - choose from return, arrival"),
        ({"return": {"within": "72 hours"}}, r"rows\.return\.within: the hour of a return is not known"),
        ({"arrival": {"within": "0 hours"}}, r"rows\.arrival\.within: is no time at all"),
    ],
)
def test_given_a_ground_that_cannot_be_used_then_file_key_and_mend_are_named(
    row: dict[str, object], fault: str
) -> None:
    with pytest.raises(DataInvalid, match=rf"ours\.yaml: {fault}"):
        site_change("failed-discharges", DAY, **row)


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
