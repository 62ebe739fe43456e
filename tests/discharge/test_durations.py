"""Lengths of time: written, counted forward and back, from a day or an instant."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from discharge.durations import Duration, Unit

units = st.sampled_from(["hours", "days", "working-days", "months"])
days = st.dates(date(2024, 1, 1), date(2040, 12, 31))


@pytest.mark.parametrize(
    ("written", "amount", "unit"),
    [
        ("24 hours", 24, "hours"),
        ("1 day", 1, "days"),
        ("5 working days", 5, "working-days"),
        ("2 weeks", 14, "days"),
        ("6 months", 6, "months"),
    ],
)
def test_given_a_length_as_people_write_it_then_it_is_read(written: str, amount: int, unit: Unit) -> None:
    found = Duration.model_validate(written)
    assert (found.amount, found.unit) == (amount, unit)
    assert Duration.model_validate(found.words) == found


@pytest.mark.parametrize(
    "written", ["soon", "5 workingdays", "1.5 days", "", "5 working days in France", "5 days in Wales"]
)
def test_given_something_else_then_it_says_how_it_is_written(written: str) -> None:
    with pytest.raises(ValidationError, match="5 working days in Wales, 2 weeks or 6 months"):
        Duration.model_validate(written)


def test_given_months_then_the_last_day_of_a_short_month_is_taken() -> None:
    assert Duration(amount=1, unit="months").after(date(2026, 1, 31)) == date(2026, 2, 28)
    assert Duration(amount=6, unit="months").after(date(2026, 9, 30)) == date(2027, 3, 30)


def test_given_an_instant_then_hours_are_exact_and_working_days_end_at_midnight() -> None:
    at = datetime(2026, 4, 2, 15, 30, tzinfo=UTC)
    assert Duration(amount=24, unit="hours").from_instant(at) == at + timedelta(hours=24)
    assert Duration(amount=2).from_instant(at) == at + timedelta(hours=48)
    assert Duration(amount=1, unit="working-days").from_instant(at) == datetime(2026, 4, 7, 23, tzinfo=UTC)


def test_given_two_nations_then_easter_monday_counts_in_one() -> None:
    ends = {
        nation: Duration.model_validate(f"1 working day{nation}").after(date(2026, 4, 3))
        for nation in ("", " in England", " in Wales", " in Scotland")
    }
    assert [end.day for end in ends.values()] == [7, 7, 7, 6]
    andrew = Duration.model_validate("1 working day in Scotland")
    assert andrew.words == "1 working day in Scotland"
    assert andrew.from_instant(datetime(2026, 11, 27, 9, tzinfo=UTC)) == datetime(2026, 12, 2, tzinfo=UTC)
    assert andrew.before(date(2026, 12, 1)) == date(2026, 11, 27)
    assert Duration.model_validate(andrew.words) == andrew


@given(days, st.integers(0, 60), units)
def test_given_any_length_then_more_of_it_is_never_earlier_and_back_is_no_later(
    day: date, amount: int, unit: Unit
) -> None:
    duration = Duration(amount=amount, unit=unit)
    assert day <= duration.after(day) <= Duration(amount=amount + 1, unit=unit).after(day)
    assert duration.before(duration.after(day)) <= day
