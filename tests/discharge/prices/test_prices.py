"""Unit prices: what a figure costs by each, and that a price is one row."""

from __future__ import annotations

from datetime import date

import pytest
import yaml

from discharge.prices.price_list import KIND, PRICES, costs_of
from discharge.reference.files import DataInvalid
from discharge.reference.policy import Book, Policy, policy_on
from discharge.reference.site import Override, parse_override

TODAY = date(2026, 3, 2)


def site(**rows: object) -> Override:
    said = {
        "changes": "prices",
        "edition": "ours",
        "effective_from": TODAY,
        "decided_by": "J. Doe",
        "decided_on": TODAY,
        "reason": "The trust has costs of its own",
        "rows": {key.replace("_", "-"): row for key, row in rows.items()},
    }
    return parse_override("ours.yaml", yaml.safe_dump(said).encode())


def test_given_nights_that_the_home_held_then_each_price_of_them_is_told_with_year_and_source() -> None:
    figures = {"held-days": 17, "waiting-held-days": None, "discharges": 4}
    by_price = {each.price: each for each in costs_of(figures, policy_on(TODAY))}
    cost = by_price["delayed-night"]
    assert {each.figure for each in by_price.values()} == {"held-days"}
    assert (cost.number, cost.pounds_each, cost.pounds) == (17, 562, 9554)
    assert (cost.year, cost.saving) == ("2025", "capacity")
    assert all(each.source and each.year for each in by_price.values())


def test_given_a_price_of_the_site_then_it_counts_from_its_day_and_the_list_has_it() -> None:
    book = Book((site(delayed_night={"pounds": 480}),))
    before, after = date(2026, 3, 1), TODAY
    costs = [costs_of({"held-days": 1}, Policy(book, day))[0].pounds for day in (before, after)]
    assert costs == [562, 480]
    assert PRICES.label("delayed-night") == "A delayed night in an acute bed"


@pytest.mark.parametrize(
    ("row", "told"),
    [
        (
            {"of": ["held-day"]},
            r"delayed-night\.of: 'held-day' is not a known figure - did you mean held-days\?",
        ),
        ({"pounds": 0}, r"delayed-night\.pounds: a price is more than 0"),
        ({"saving": "cash"}, r"delayed-night\.saving: .* - did you mean cashable\?"),
        ({"pound": 4}, r"delayed-night\.pound: .* - did you mean pounds\?"),
    ],
)
def test_given_a_wrong_price_then_file_key_and_nearest_are_told(row: dict[str, object], told: str) -> None:
    with pytest.raises(DataInvalid, match=told):
        site(delayed_night=row)


def test_given_every_edition_then_it_can_be_read_again() -> None:
    assert all(edition.table for edition in KIND.editions)


def test_given_two_published_prices_of_a_night_then_both_are_told_and_none_is_added_up() -> None:
    costs = costs_of({"held-days": 10}, policy_on(TODAY))
    assert [(each.year, each.pounds) for each in costs] == [("2025", 5620), ("2022/23", 3950)]
