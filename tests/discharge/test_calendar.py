"""Working days in England."""

from datetime import date, timedelta

import holidays
import pytest
from hypothesis import given
from hypothesis import strategies as st

from discharge.calendar import (
    add_working_days,
    holidays_by_rule,
    is_bank_holiday,
    is_working_day,
    short_day,
    spoken_day,
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


@given(days, st.integers(1, 60))
def test_given_working_days_added_then_so_many_lie_between(day: date, number: int) -> None:
    later = add_working_days(day, number)
    span = (later - day).days
    assert is_working_day(later)
    assert sum(is_working_day(day + timedelta(days=n)) for n in range(1, span + 1)) == number


def test_given_a_date_then_it_is_said_in_english() -> None:
    assert short_day(date(2026, 3, 12)) == "Thu 12 Mar"
    assert spoken_day(date(2026, 3, 12)) == "Thu 12 Mar 2026"
