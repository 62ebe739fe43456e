"""Bands of delay, and bed days released against a named comparison."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from discharge.delays.bands import BANDS, band_of, count_bands
from discharge.delays.released import (
    COUNTERFACTUALS,
    counterfactual,
    days_let_sooner,
    fixed_days,
    released_nights,
)
from discharge.errors import HomewardError


@pytest.mark.parametrize(
    ("days", "band"),
    [(0, "0"), (1, "1"), (2, "2-3"), (3, "2-3"), (4, "4-6"), (6, "4-6"), (7, "7-13"), (13, "7-13"),
     (14, "14-20"), (20, "14-20"), (21, "21+"), (400, "21+")],
)  # fmt: skip
def test_given_a_delay_then_it_falls_into_its_national_band(days: int, band: str) -> None:
    assert band_of(days) == band


@given(st.lists(st.integers(0, 500)))
def test_given_any_delays_then_the_bands_hold_each_once_and_all_appear(delays: list[int]) -> None:
    counts = count_bands(delays)
    assert sum(counts.values()) == len(delays)
    assert list(counts) == [label for label, _, _ in BANDS]


def test_given_a_comparison_of_nights_then_those_that_the_home_held_are_taken_from_it() -> None:
    assert released_nights(4, counterfactual("fixed:10")) == 6


def test_given_a_wait_longer_than_the_comparison_then_nothing_is_released_and_nothing_taken_away() -> None:
    assert released_nights(200, counterfactual("fixed:10")) == 0


def test_given_no_comparison_or_nobody_held_by_the_home_then_nothing_is_claimed() -> None:
    assert released_nights(4, counterfactual("none")) == 0
    assert released_nights(0, counterfactual("fixed:10")) == 0


def test_given_a_comparison_of_lettings_then_it_says_nothing_of_nights_and_the_other_way_round() -> None:
    assert released_nights(4, counterfactual("register-average")) == 0
    assert days_let_sooner(44, counterfactual("register-average")) == 85
    assert days_let_sooner(44, counterfactual("fixed:129")) is None
    assert days_let_sooner(44, counterfactual("none")) is None


@pytest.mark.parametrize("code", ["magic", "fixed:", "fixed:-3", "fixed:many", ""])
def test_given_a_comparison_without_a_name_then_it_is_refused(code: str) -> None:
    with pytest.raises(HomewardError, match="code-not-in-value-set"):
        counterfactual(code)


def test_given_a_fixed_number_without_a_source_then_it_is_refused() -> None:
    with pytest.raises(HomewardError, match="invalid-body"):
        fixed_days(30, " ")


def test_given_the_comparisons_then_each_has_a_label_and_a_source() -> None:
    assert all(row.label and row.source for row in COUNTERFACTUALS.values())


@given(st.integers(0, 400), st.integers(0, 300))
def test_given_any_wait_then_released_is_never_negative_nor_more_than_the_comparison(
    held: int, days: int
) -> None:
    assert 0 <= released_nights(held, fixed_days(days, "test")) <= days
