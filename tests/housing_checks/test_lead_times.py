"""Lead times: one table over all kinds, in calendar and working days."""

from __future__ import annotations

from datetime import date

import pytest

from discharge.reference.policy import policy_on
from housing_checks.lead_times import (
    ITEMS,
    KINDS,
    due_date,
    item_label,
    lead_days,
    lead_time,
    timing,
)
from housing_checks.orderables import CatalogueRow
from housing_checks.strands.definitions import DEFINITIONS
from housing_checks.strands.model import REGISTERED

TODAY = date(2026, 3, 2)
EVERY_ITEM = [(kind, row.code) for kind, rows in ITEMS.items() for row in rows]


def test_a_straight_stairlift_takes_one_to_four_weeks() -> None:
    lead = lead_time("adaptation", "straight-stairlift", TODAY)
    assert (lead.low.days, lead.high.days) == (7, 28)
    assert lead.high.before(date(2026, 3, 30)) == date(2026, 3, 2)


def test_working_days_jump_over_weekends_and_bank_holidays() -> None:
    thursday_before_easter = date(2026, 4, 2)
    assert due_date("equipment", "commode", thursday_before_easter, policy_on(TODAY)) == date(2026, 4, 7)
    found = timing("equipment", "commode", thursday_before_easter, date(2026, 4, 7))
    assert (found.earliest, found.begin_by) == (thursday_before_easter, thursday_before_easter)
    wheelchair = timing("equipment", "wheelchair", TODAY, date(2026, 3, 20))
    assert wheelchair.begin_by == date(2026, 3, 11)


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
    found = timing("adaptation", "straight-stairlift", begins, date(2026, 3, 30))
    assert (found.in_time, found.begin_by) == (in_time, date(2026, 3, 2))


def test_given_no_day_by_which_it_is_needed_then_nothing_is_late() -> None:
    found = timing("adaptation", "straight-stairlift", date(2026, 3, 2), None)
    assert (found.in_time, found.begin_by, found.earliest) == (None, None, date(2026, 3, 9))


@pytest.mark.parametrize(("kind", "item"), EVERY_ITEM)
def test_every_item_has_an_honest_row(kind: str, item: str) -> None:
    lead = lead_time(kind, item, TODAY)
    assert 0 <= lead.low.days <= lead.high.days
    assert lead_days(policy_on(TODAY))[item] == lead.high.days
    assert item_label(kind, item) != item
    row = next(row for row in ITEMS[kind] if row.code == item)
    assert row.source
    if isinstance(row, CatalogueRow):
        assert 0 < row.cost_pounds[0] <= row.cost_pounds[1]
        assert row.funder


def test_item_codes_are_distinct_over_all_kinds() -> None:
    assert len(lead_days(policy_on(TODAY))) == len(EVERY_ITEM)


def test_an_unknown_item_has_no_lead_time_and_is_shown_as_it_is() -> None:
    with pytest.raises(KeyError):
        lead_time("equipment", "castle", TODAY)
    assert item_label("equipment", "castle") == "castle"


def test_each_folder_with_a_strand_is_a_kind_whose_items_have_lead_times() -> None:
    assert set(DEFINITIONS) == set(REGISTERED)
    for kind, definition in DEFINITIONS.items():
        assert definition.kind == kind
        assert definition.items.kind in KINDS
        assert all(row.lead.high.days >= 0 for row in definition.items)
