"""Readmission within 0 to 29 days."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from discharge.outcomes.readmission import readmission_band, readmission_days
from discharge.reference.policy import policy_on

LEFT = date(2026, 3, 20)


@pytest.mark.parametrize(
    ("days", "band"), [(0, "0-2"), (2, "0-2"), (3, "3-7"), (7, "3-7"), (8, "8-29"), (29, "8-29")]
)
def test_given_an_admission_0_to_29_days_later_then_it_is_a_readmission_in_its_band(
    days: int, band: str
) -> None:
    found = readmission_days(LEFT, LEFT + timedelta(days=days), policy_on(LEFT))
    assert found == days
    assert readmission_band(days, LEFT).code == band


@pytest.mark.parametrize("days", [-1, 30, 400])
def test_given_an_admission_before_or_after_that_then_it_is_none(days: int) -> None:
    assert readmission_days(LEFT, LEFT + timedelta(days=days), policy_on(LEFT)) is None
    with pytest.raises(ValueError, match="no readmission"):
        readmission_band(days, LEFT)


@given(st.dates(date(2024, 1, 1), date(2040, 1, 1)), st.integers(0, 29))
def test_given_any_discharge_then_its_clock_changes_do_not_matter(left: date, days: int) -> None:
    assert readmission_days(left, left + timedelta(days=days), policy_on(left)) == days
