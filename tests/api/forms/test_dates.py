"""Dates as people type them into three boxes."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.forms.dates import MONTHS, read_date

MEANT = date(2026, 9, 3)


@pytest.mark.parametrize(
    ("day", "month", "year"),
    [
        ("3", "9", "2026"),
        ("03", "09", "2026"),
        ("3", "9", "26"),
        ("3rd", "September", "2026"),
        (" 3 ", "sept", "2026"),
        ("3", "Sep.", "26"),
    ],
)
def test_given_a_date_as_people_write_it_then_it_is_the_day_they_mean(
    day: str, month: str, year: str
) -> None:
    assert read_date(day, month, year) == MEANT


@pytest.mark.parametrize(
    ("day", "month", "year"),
    [
        ("31", "2", "2026"),
        ("3", "ju", "2026"),
        ("3", "13", "2026"),
        ("", "9", "2026"),
        ("3", "", "2026"),
        ("-3", "9", "2026"),
        ("3", "9", "20266"),
        ("3", "9", "0"),
        ("\u0663", "9", "2026"),
        ("3", "march x", "2026"),
    ],
)
def test_given_what_is_no_date_then_it_is_none(day: str, month: str, year: str) -> None:
    assert read_date(day, month, year) is None


@given(st.dates(date(2000, 1, 1), date(2099, 12, 31)), st.integers(3, 9))
def test_given_any_day_when_its_month_is_a_name_of_some_letters_then_it_is_read(
    day: date, letters: int
) -> None:
    name = MONTHS[day.month - 1][:letters]
    assert (
        read_date(str(day.day), name, str(day.year))
        == read_date(str(day.day), str(day.month), f"{day:%y}")
        == day
    )
