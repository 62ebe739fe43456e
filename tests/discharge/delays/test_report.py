"""The bed-days report against a calculation by hand."""

from datetime import date
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from discharge.delays.counted import count_stays, lettings_in
from discharge.delays.definitions import DEFINITIONS
from discharge.delays.model import DelayReason, ReadyPeriod
from discharge.delays.released import counterfactual
from discharge.delays.report import BedDaysReport, bed_days_report
from discharge.delays.stays import Letting, Stay
from discharge.delays.tally import Tally
from discharge.reference.policy import policy_on


def march(day: int) -> date:
    return date(2026, 3, day)


def reason(code: str, start: int) -> DelayReason:
    return DelayReason(
        reason_id=uuid4(), kind="national", code=code, owner_role="council", from_on=march(start)
    )


def period(start: int, end: int | None = None) -> ReadyPeriod:
    return ReadyPeriod(
        ready_on=march(start), ended_on=march(end) if end else None, ended_by="discharged" if end else None
    )


def left(start: int, end: int, **more: object) -> Stay:
    stay = Stay(case_id=uuid4(), periods=(period(start, end),), ended_on=march(end))
    return stay.model_copy(update=more)


SAME_DAY = left(3, 3)
FOUR_DAYS = left(3, 7, reasons=(reason("CA10", 4),))
TWENTY_DAYS = left(2, 22, reasons=(reason("CA11", 2),))
UNWELL_AGAIN = Stay(
    case_id=uuid4(),
    periods=(
        ReadyPeriod(ready_on=march(3), ended_on=march(5), ended_by="met-criteria-again"),
        period(8, 9),
    ),
    ended_on=march(9),
)
BLANK = Stay(case_id=uuid4(), ended_on=march(12))
DIED = left(3, 8, died=True)
LAST_MONTH = Stay(
    case_id=uuid4(),
    periods=(ReadyPeriod(ready_on=date(2026, 2, 1), ended_on=date(2026, 2, 9), ended_by="discharged"),),
    ended_on=date(2026, 2, 9),
)
WAITING = Stay(case_id=uuid4(), periods=(period(10),), reasons=(reason("CA9", 12),))
ALL = [SAME_DAY, FOUR_DAYS, TWENTY_DAYS, UNWELL_AGAIN, BLANK, DIED, LAST_MONTH, WAITING]


LET = Letting(case_id=TWENTY_DAYS.case_id, started_on=date(2026, 2, 10), let_on=march(20))
LET_LATE = Letting(case_id=uuid4(), started_on=date(2025, 10, 1), let_on=march(31))
LET_BEFORE = Letting(case_id=uuid4(), started_on=date(2026, 2, 1), let_on=date(2026, 2, 28))


def report(against: str = "none", stays: list[Stay] | None = None) -> BedDaysReport:
    lettings = [LET, LET_LATE, LET_BEFORE]
    period = (march(1), march(31))
    counted = count_stays(stays or ALL, *period, march(24))
    tally = Tally().add(counted, lettings_in(lettings, *period))
    return bed_days_report(
        tally, *period, march(24), counterfactual(against, march(24)), policy_on(march(24))
    )


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("discharges", 5),
        ("same-day", 1),
        ("delayed", 3),
        ("percent-delayed", 60.0),
        ("published-days", 0 + 4 + 20 + 1 + 0),
        ("true-days", 0 + 4 + 20 + 3),
        ("mean-with-zeros", 5.0),
        ("mean-without-zeros", 8.33),
        ("median", 2.5),
        ("ninetieth", 20),
        ("assumed", 1),
        ("held-days", 3 + 20),
        ("without-reason", 1 + 3),
        ("died-days", 5),
    ],
)
def test_given_stays_that_ended_then_each_figure_is_what_a_hand_calculation_gives(
    key: str, value: float
) -> None:
    assert report().finished.value(key) == value


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("waiting", 1),
        ("waiting-days", 14),
        ("waiting-true-days", 14),
        ("waiting-median", 14),
        ("waiting-ninetieth", 14),
        ("waiting-held-days", 12),
        ("waiting-without-reason", 2),
    ],
)
def test_given_somebody_who_waits_then_they_are_counted_apart(key: str, value: float) -> None:
    assert report().waiting.value(key) == value


def test_given_stays_that_ended_then_they_fall_into_the_national_bands() -> None:
    bands = {"assumed": 1, "0": 1, "1": 1, "2-3": 0, "4-6": 1, "7-13": 0, "14-20": 1, "21+": 0}
    assert report().finished.bands == bands


def test_given_reasons_then_the_nights_are_attributed_with_the_most_first() -> None:
    found = [(row.code, row.nights, row.housing) for row in report().finished.reasons]
    assert found == [("CA11", 20, True), ("CA10", 3, True)]
    assert [(row.code, row.nights) for row in report().waiting.reasons] == [("CA9", 12)]


@pytest.mark.parametrize(
    ("against", "nights", "sooner"),
    [
        ("none", None, None),
        ("register-average", None, (129 - 38) + (129 - 181)),
        ("fixed:30", (30 - 3) + (30 - 20), None),
        ("fixed:4", 4 - 3, None),
    ],
)
def test_given_a_comparison_then_it_is_held_against_figures_of_its_own_measure_only(
    against: str, nights: float | None, sooner: float | None
) -> None:
    found = report(against)
    assert found.released.value == nights
    assert {figure.key: figure.value for figure in found.letting}["let-sooner-days"] == sooner
    assert found.counterfactual.source


def test_given_homes_let_then_the_days_from_start_to_letting_are_a_figure_of_their_own() -> None:
    figures = {figure.key: figure.value for figure in report().letting}
    assert figures == {
        "lets": 2,
        "start-to-let-mean": 109.5,
        "start-to-let-median": 109.5,
        "let-sooner-days": None,
    }


def test_given_somebody_who_left_the_same_day_when_compared_then_they_add_nothing() -> None:
    assert report("fixed:30", [SAME_DAY, BLANK]).released.value == 0


def test_given_a_wait_for_something_else_than_the_home_when_compared_then_it_adds_nothing() -> None:
    medicines = left(3, 7, reasons=(reason("HP5", 3),))
    assert report("fixed:30", [medicines]).released.value == 0


def test_given_the_report_then_every_figure_carries_its_definition() -> None:
    found = report()
    figures = [*found.finished.figures, *found.waiting.figures, *found.letting, found.released]
    assert {figure.key for figure in figures} == set(DEFINITIONS)
    assert all(figure.definition.endswith(".") and figure.label for figure in figures)


def test_given_nobody_then_counts_are_zero_and_averages_cannot_be_known() -> None:
    at = march(24)
    empty = bed_days_report(Tally(), march(1), march(31), at, counterfactual("none", at), policy_on(at))
    assert empty.finished.value("published-days") == 0
    assert empty.finished.value("mean-with-zeros") is None
    assert empty.finished.value("percent-delayed") is None


@given(st.lists(st.tuples(st.integers(1, 15), st.integers(0, 15)), min_size=1, max_size=20))
def test_given_any_stays_then_bands_add_up_to_discharges_and_days_to_reasons(
    waits: list[tuple[int, int]],
) -> None:
    stays = [left(start, start + nights, reasons=(reason("CA9", 1),)) for start, nights in waits]
    finished = report(stays=stays).finished
    assert sum(finished.bands.values()) == finished.value("discharges") == len(waits)
    assert sum(row.nights for row in finished.reasons) == finished.value("true-days")
