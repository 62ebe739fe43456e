"""Bands of delay, and bed days released against a named comparison."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from discharge.delays.bands import DELAY_BANDS, KIND, band_of, count_bands
from discharge.delays.released import (
    COUNTERFACTUALS,
    counterfactual,
    days_let_sooner,
    fixed_days,
    released_nights,
)
from discharge.errors import HomewardError
from discharge.reference.files import DataInvalid
from discharge.reference.policy import put_in_force
from tests.fixtures.site_rows import site_change

DAY = date(2026, 3, 2)


@pytest.fixture
def in_force() -> Iterator[None]:
    yield
    put_in_force(())


@pytest.mark.parametrize(
    ("days", "band"),
    [(0, "0"), (1, "1"), (2, "2-3"), (3, "2-3"), (4, "4-6"), (6, "4-6"), (7, "7-13"), (13, "7-13"),
     (14, "14-20"), (20, "14-20"), (21, "21+"), (400, "21+")],
)  # fmt: skip
def test_given_a_delay_then_it_falls_into_its_national_band(days: int, band: str) -> None:
    assert band_of(days, DAY) == band


@given(st.lists(st.integers(0, 500)))
def test_given_any_delays_then_the_bands_hold_each_once_and_all_appear(delays: list[int]) -> None:
    counts = count_bands(Counter(delays), DAY)
    assert sum(counts.values()) == len(delays)
    assert list(counts) == [row.code for row in DELAY_BANDS.as_rows(DAY)]


@pytest.mark.parametrize("changes", ["delay-bands", "readmission-bands"])
def test_given_bands_that_are_the_same_for_every_trust_then_a_site_cannot_change_them(changes: str) -> None:
    with pytest.raises(DataInvalid, match=rf"ours\.yaml: changes: {changes} is the same for every trust"):
        site_change(changes, DAY, **{"0": {"last": 3}})


@pytest.mark.parametrize(
    ("rows", "fault"),
    [
        ({"1": {"first": 2}}, r"rows\.1\.first: is 2 - write 1"),
        ({"1": {"last": 0}}, r"rows\.1\.last: is before its first day - write 1 or later"),
        ({"1": {"last": None}}, r"rows\.2-3: comes after a band without an end"),
    ],
)
def test_given_bands_with_a_gap_or_an_overlap_then_file_key_and_mend_are_named(
    rows: dict[str, dict[str, object]], fault: str
) -> None:
    whole = {code: {**fields, **rows.get(code, {})} for code, fields in KIND.editions[0].table.fields.items()}
    with pytest.raises(DataInvalid, match=rf"bands\.yaml: {fault}"):
        KIND.table("bands.yaml", whole, "a test", ())


def test_given_a_comparison_of_nights_then_those_that_the_home_held_are_taken_from_it() -> None:
    assert released_nights(4, counterfactual("fixed:10", DAY)) == 6


def test_given_a_wait_longer_than_the_comparison_then_nothing_is_released_and_nothing_taken_away() -> None:
    assert released_nights(200, counterfactual("fixed:10", DAY)) == 0


def test_given_no_comparison_or_nobody_held_by_the_home_then_nothing_is_claimed() -> None:
    assert released_nights(4, counterfactual("none", DAY)) == 0
    assert released_nights(0, counterfactual("fixed:10", DAY)) == 0


def test_given_a_comparison_of_lettings_then_it_says_nothing_of_nights_and_the_other_way_round() -> None:
    assert released_nights(4, counterfactual("register-average", DAY)) == 0
    assert days_let_sooner(44, counterfactual("register-average", DAY)) == 85
    assert days_let_sooner(44, counterfactual("fixed:129", DAY)) is None
    assert days_let_sooner(44, counterfactual("none", DAY)) is None


@pytest.mark.parametrize("code", ["magic", "fixed:", "fixed:-3", "fixed:many", ""])
def test_given_a_comparison_without_a_name_then_it_is_refused(code: str) -> None:
    with pytest.raises(HomewardError, match="code-not-in-value-set"):
        counterfactual(code, DAY)


def test_given_a_fixed_number_without_a_source_then_it_is_refused() -> None:
    with pytest.raises(HomewardError, match="invalid-body"):
        fixed_days(30, " ")


def test_given_the_comparisons_then_each_has_a_label_and_a_source() -> None:
    assert all(row.label and row.source for row in COUNTERFACTUALS)


def test_given_a_site_s_own_comparison_then_it_is_chosen_for_reports_that_end_from_its_first_day_on(
    in_force: None,
) -> None:
    ours = {"label": "Ward average of 2025", "days": 12}
    put_in_force([site_change("counterfactuals", DAY, ward_average=ours, register_average={"days": 140})])
    assert released_nights(4, counterfactual("ward-average", DAY)) == 8
    before = date(2026, 3, 1)
    assert days_let_sooner(44, counterfactual("register-average", before)) == 85
    assert days_let_sooner(44, counterfactual("register-average", DAY)) == 96
    with pytest.raises(HomewardError, match="code-not-in-value-set"):
        counterfactual("ward-average", before)


def test_given_a_comparison_that_cannot_be_one_then_file_and_key_are_named() -> None:
    with pytest.raises(DataInvalid, match=r"ours\.yaml: rows\.fixed: stands for a number"):
        site_change("counterfactuals", DAY, fixed={"label": "Ours", "days": 3})
    with pytest.raises(DataInvalid, match=r"ours\.yaml: rows\.register-average\.days: is less than 0"):
        site_change("counterfactuals", DAY, register_average={"days": -1})


@given(st.integers(0, 400), st.integers(0, 300))
def test_given_any_wait_then_released_is_never_negative_nor_more_than_the_comparison(
    held: int, days: int
) -> None:
    assert 0 <= released_nights(held, fixed_days(days, "test")) <= days
