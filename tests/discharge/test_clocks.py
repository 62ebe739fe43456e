"""Case time and the London calendar."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from discharge.clocks import (
    CaseClock,
    london_at,
    london_date,
    london_midnight,
    nights_between,
    parse_day_length,
)

SPRING, AUTUMN = date(2026, 3, 29), date(2026, 10, 25)
START = datetime(2026, 3, 1, 9, tzinfo=UTC)
instants = st.integers(1_577_836_800, 2_051_222_400).map(lambda at: datetime.fromtimestamp(at, UTC))
days = st.dates(date(2020, 1, 1), date(2035, 1, 1))
runs = st.timedeltas(timedelta(0), timedelta(days=30))
factors = st.sampled_from([1.0, 60.0, 288.0, 8640.0])


def test_given_production_then_case_time_is_the_wall_clock() -> None:
    assert CaseClock.real().case_time(START) == START


def test_given_days_of_ten_seconds_then_ten_seconds_later_it_is_tomorrow() -> None:
    clock = CaseClock.starting(START, parse_day_length("10s"))
    assert clock.case_time(START + timedelta(seconds=10)) == START + timedelta(days=1)
    assert clock.today(START + timedelta(seconds=280)) == date(2026, 3, 29)


def test_given_a_clock_that_was_stopped_then_case_time_ran_on() -> None:
    stored = CaseClock.starting(START, 8640.0).model_dump_json()
    again = CaseClock.model_validate_json(stored)
    assert again.case_time(START + timedelta(hours=1)) == START + timedelta(days=360)


@given(instants, runs, factors)
def test_given_any_clock_then_case_and_wall_time_are_each_others_inverse(
    origin: datetime, run: timedelta, factor: float
) -> None:
    clock, wall = CaseClock.starting(origin, factor), origin + run
    assert abs(clock.wall_time(clock.case_time(wall)) - wall) <= timedelta(microseconds=2)


@given(runs, st.timedeltas(timedelta(0), timedelta(days=400)), factors)
def test_given_a_due_time_then_waiting_the_real_delay_reaches_it(
    run: timedelta, ahead: timedelta, factor: float
) -> None:
    clock, wall = CaseClock.starting(START, factor), START + run
    now = clock.case_time(wall)
    reached = clock.case_time(wall + clock.real_delay(now, now + ahead))
    assert abs(reached - (now + ahead)) <= timedelta(microseconds=2 * factor)


def test_given_a_due_time_in_the_past_then_there_is_no_delay() -> None:
    assert CaseClock.real().real_delay(START, START - timedelta(days=1)) == timedelta(0)


def test_given_a_clock_that_stands_still_then_it_is_refused() -> None:
    with pytest.raises(ValueError, match="greater than 0"):
        CaseClock(origin=START, case_origin=START, factor=0)


@pytest.mark.parametrize(("text", "factor"), [("10s", 8640.0), ("5m", 288.0), ("24h", 1.0), ("0.5h", 48.0)])
def test_given_a_day_length_then_the_factor_follows(text: str, factor: float) -> None:
    assert parse_day_length(text) == factor


@pytest.mark.parametrize("text", ["", "10", "0s", "-1h", "ten", "1d", "5 m m"])
def test_given_no_day_length_then_it_says_what_one_looks_like(text: str) -> None:
    with pytest.raises(ValueError, match="10s, 5m or 24h"):
        parse_day_length(text)


@pytest.mark.parametrize(
    ("instant", "day"),
    [
        (datetime(2026, 3, 28, 23, 59, tzinfo=UTC), date(2026, 3, 28)),
        (datetime(2026, 3, 29, 22, 59, tzinfo=UTC), SPRING),
        (datetime(2026, 3, 29, 23, 0, tzinfo=UTC), date(2026, 3, 30)),
        (datetime(2026, 10, 24, 23, 0, tzinfo=UTC), AUTUMN),
        (datetime(2026, 10, 25, 23, 59, tzinfo=UTC), AUTUMN),
        (datetime(2026, 10, 26, 0, 0, tzinfo=UTC), date(2026, 10, 26)),
    ],
)
def test_given_a_clock_change_then_the_date_is_londons(instant: datetime, day: date) -> None:
    assert london_date(instant) == day


def test_given_the_clock_changes_then_those_days_last_23_and_25_hours() -> None:
    day = timedelta(days=1)
    assert london_midnight(SPRING + day) - london_midnight(SPRING) == timedelta(hours=23)
    assert london_midnight(AUTUMN + day) - london_midnight(AUTUMN) == timedelta(hours=25)


@given(days)
@example(SPRING)
@example(AUTUMN)
def test_given_any_date_then_it_begins_at_its_own_midnight(day: date) -> None:
    begins = london_midnight(day)
    assert london_date(begins) == day
    assert london_date(begins - timedelta(microseconds=1)) == day - timedelta(days=1)


@given(days, st.integers(0, 400))
@example(SPRING, 1)
@example(AUTUMN, 1)
def test_given_two_dates_then_nights_do_not_feel_the_clock_change(day: date, nights: int) -> None:
    later = day + timedelta(days=nights)
    assert nights_between(day, later) == nights
    evening, night = london_at(day, time(23, 30)), london_at(later, time(0, 30))
    assert nights_between(london_date(evening), london_date(night)) == nights


def test_given_a_naive_instant_then_its_date_is_not_guessed() -> None:
    with pytest.raises(ValueError, match="time zone"):
        london_date(datetime(2026, 3, 1))  # noqa: DTZ001
