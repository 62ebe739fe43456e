"""Working days in England."""

from datetime import UTC, date, datetime, timedelta

import holidays
import pytest
from hypothesis import given
from hypothesis import strategies as st

from discharge.calendar import (
    add_working_days,
    holidays_by_rule,
    is_bank_holiday,
    is_working_day,
    is_working_time,
    next_working_day,
    next_working_time,
    short_day,
    spoken_day,
    working_days_between,
)
from discharge.codes.bank_holidays import BANK_HOLIDAYS

days = st.dates(date(2024, 1, 1), date(2040, 12, 31))


def _weekdays(year: int, found: set[date]) -> set[date]:
    return {day for day in found if day.year == year and day.weekday() < 5}


@pytest.mark.parametrize("year", range(2024, 2029))
def test_given_a_published_year_then_the_list_agrees_with_the_holidays_library(year: int) -> None:
    library = set(holidays.country_holidays("GB", subdiv="ENG", years=year))
    assert {day for day, _ in BANK_HOLIDAYS if day.year == year} == _weekdays(year, library)


@pytest.mark.parametrize("year", range(2024, 2061))
def test_given_any_year_then_the_rule_agrees_with_the_holidays_library(year: int) -> None:
    library = set(holidays.country_holidays("GB", subdiv="ENG", years=year))
    assert set(holidays_by_rule(year)) == _weekdays(year, library)


def test_given_a_year_nobody_published_then_christmas_is_still_a_holiday() -> None:
    assert is_bank_holiday(date(2045, 12, 25))


def test_given_easter_then_working_days_skip_four_days() -> None:
    assert add_working_days(date(2026, 4, 2), 1) == date(2026, 4, 7)
    assert add_working_days(date(2026, 4, 7), -1) == date(2026, 4, 2)


def test_given_no_working_days_to_add_then_the_date_stays() -> None:
    assert add_working_days(date(2026, 4, 4), 0) == date(2026, 4, 4)


def test_given_a_holiday_then_the_next_working_day_is_after_it() -> None:
    assert next_working_day(date(2026, 12, 25)) == date(2026, 12, 29)
    assert next_working_day(date(2026, 12, 29)) == date(2026, 12, 29)


@given(days, st.integers(1, 60))
def test_given_working_days_added_then_counting_them_gives_the_number(day: date, number: int) -> None:
    later = add_working_days(day, number)
    assert is_working_day(later)
    assert working_days_between(day, later) == number


@given(days, st.integers(0, 60), st.integers(0, 60))
def test_given_two_spans_then_their_working_days_add_up(day: date, first: int, second: int) -> None:
    middle, end = day + timedelta(days=first), day + timedelta(days=first + second)
    whole = working_days_between(day, end)
    assert whole == working_days_between(day, middle) + working_days_between(middle, end)


def test_given_an_end_before_the_start_then_there_are_no_working_days() -> None:
    assert working_days_between(date(2026, 3, 9), date(2026, 3, 2)) == 0


@pytest.mark.parametrize(
    ("instant", "opens"),
    [
        (datetime(2026, 7, 1, 7, 59, tzinfo=UTC), datetime(2026, 7, 1, 8, 0, tzinfo=UTC)),
        (datetime(2026, 7, 1, 8, 0, tzinfo=UTC), datetime(2026, 7, 1, 8, 0, tzinfo=UTC)),
        (datetime(2026, 7, 1, 15, 59, tzinfo=UTC), datetime(2026, 7, 1, 15, 59, tzinfo=UTC)),
        (datetime(2026, 7, 1, 16, 0, tzinfo=UTC), datetime(2026, 7, 2, 8, 0, tzinfo=UTC)),
        (datetime(2026, 3, 27, 18, 0, tzinfo=UTC), datetime(2026, 3, 30, 8, 0, tzinfo=UTC)),
        (datetime(2026, 1, 1, 12, 0, tzinfo=UTC), datetime(2026, 1, 2, 9, 0, tzinfo=UTC)),
    ],
)
def test_given_an_instant_then_offices_open_next_in_london_time(instant: datetime, opens: datetime) -> None:
    assert next_working_time(instant) == opens
    assert is_working_time(opens)


def test_given_a_date_then_it_is_said_in_english() -> None:
    assert short_day(date(2026, 3, 12)) == "Thu 12 Mar"
    assert spoken_day(date(2026, 3, 12)) == "Thu 12 Mar 2026"
