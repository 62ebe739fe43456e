"""Lead times: one table over all kinds, in calendar and working days."""

from __future__ import annotations

from datetime import date

import pytest

from discharge.cases.model import StrandKind
from housing_checks.lead_times import (
    ITEMS,
    LEAD_DAYS,
    due_date,
    earliest_done,
    item_label,
    latest_start,
    lead_days,
    timing,
)
from housing_checks.spans import CatalogueRow, Span

EVERY_ITEM = [(kind, row.code) for kind, rows in ITEMS.items() for row in rows]


def test_a_straight_stairlift_takes_one_to_four_weeks() -> None:
    assert lead_days(StrandKind.ADAPTATION, "straight-stairlift") == (7, 28)
    assert latest_start(StrandKind.ADAPTATION, "straight-stairlift", date(2026, 3, 30)) == date(2026, 3, 2)


def test_working_days_jump_over_weekends_and_bank_holidays() -> None:
    thursday_before_easter = date(2026, 4, 2)
    assert due_date(StrandKind.EQUIPMENT, "commode", thursday_before_easter) == date(2026, 4, 7)
    assert earliest_done(StrandKind.EQUIPMENT, "commode", thursday_before_easter) == thursday_before_easter
    assert latest_start(StrandKind.EQUIPMENT, "wheelchair", date(2026, 3, 20)) == date(2026, 3, 11)
    assert Span(5, "working-days").days == 7


@pytest.mark.parametrize(
    ("begins", "in_time"),
    [
        (date(2026, 3, 2), "in-time"),
        (date(2026, 3, 3), "may-be-late"),
        (date(2026, 3, 23), "may-be-late"),
        (date(2026, 3, 24), "too-late"),
    ],
)
def test_given_the_day_a_stairlift_is_needed_then_both_ends_of_its_lead_time_decide(
    begins: date, in_time: str
) -> None:
    found = timing(StrandKind.ADAPTATION, "straight-stairlift", begins, date(2026, 3, 30))
    assert (found.in_time, found.begin_by) == (in_time, date(2026, 3, 2))


def test_given_no_day_by_which_it_is_needed_then_nothing_is_late() -> None:
    found = timing(StrandKind.ADAPTATION, "straight-stairlift", date(2026, 3, 2), None)
    assert (found.in_time, found.begin_by, found.earliest) == (None, None, date(2026, 3, 9))


@pytest.mark.parametrize(("kind", "item"), EVERY_ITEM)
def test_every_item_has_an_honest_row(kind: StrandKind, item: str) -> None:
    low, high = lead_days(kind, item)
    assert 0 <= low <= high
    assert LEAD_DAYS[item] == high
    assert item_label(kind, item) != item
    row = next(row for row in ITEMS[kind] if row.code == item)
    assert row.source
    if isinstance(row, CatalogueRow):
        assert 0 < row.cost_pounds[0] <= row.cost_pounds[1]
        assert row.funder


def test_item_codes_are_distinct_over_all_kinds() -> None:
    assert len(LEAD_DAYS) == len(EVERY_ITEM)


def test_an_unknown_item_has_no_lead_time_and_is_shown_as_it_is() -> None:
    with pytest.raises(KeyError):
        lead_days(StrandKind.EQUIPMENT, "castle")
    assert item_label(StrandKind.EQUIPMENT, "castle") == "castle"
