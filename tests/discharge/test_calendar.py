"""Working days of each nation."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from discharge.calendar import (
    Nation,
    add_working_days,
    bank_holidays,
    is_bank_holiday,
    is_working_day,
    short_day,
    spoken_day,
)

days = st.dates(date(2024, 1, 1), date(2040, 12, 31))

PUBLISHED = {
    2026: "01-01 04-03 04-06 05-04 05-25 08-31 12-25 12-28",
    2027: "01-01 03-26 03-29 05-03 05-31 08-30 12-27 12-28",
    2028: "01-03 04-14 04-17 05-01 05-29 08-28 12-25 12-26",
}
"""Working days lost to bank holidays of England and Wales, as gov.uk/bank-holidays has them."""


@pytest.mark.parametrize("nation", ["england", "wales"])
@pytest.mark.parametrize("year", PUBLISHED)
def test_given_a_published_year_then_no_weekday_more_or_less_is_a_holiday(year: int, nation: Nation) -> None:
    found = {f"{day:%m-%d}" for day in bank_holidays(year, nation) if day.weekday() < 5}
    assert found == set(PUBLISHED[year].split())


def test_given_the_nations_then_each_has_its_own_holidays() -> None:
    easter_monday, boyne, st_andrew = days = date(2026, 4, 6), date(2026, 7, 13), date(2026, 11, 30)
    assert [day for day in days if not is_working_day(day, "england")] == [easter_monday]
    assert [day for day in days if not is_working_day(day, "scotland")] == [st_andrew]
    assert [day for day in days if not is_working_day(day, "northern-ireland")] == [easter_monday, boyne]


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
