"""The rating schemes as data: 29 hazards until 22 June 2026, 21 from the day after."""

from __future__ import annotations

from datetime import date

import pytest

from discharge.reference.files import DataInvalid
from housing_checks.hazards.schemes import (
    CATEGORY_1,
    HAZARDS_KIND,
    HHSRS,
    RATINGS,
    merged_into,
    rating_on,
    scheme_on,
)

LAST_OLD, FIRST_NEW = date(2026, 6, 22), date(2026, 6, 23)


@pytest.mark.parametrize(("on", "scheme", "hazards"), [(LAST_OLD, "2006", 29), (FIRST_NEW, "2026", 21)])
def test_given_the_day_of_an_inspection_then_its_scheme_counts(on: date, scheme: str, hazards: int) -> None:
    rows = HHSRS.in_force(on)
    assert (scheme_on(on), len(rows)) == (scheme, hazards)
    assert [row.number for row in rows] == list(range(1, hazards + 1))


def test_given_the_new_scheme_then_each_former_hazard_is_in_exactly_one_new_one() -> None:
    merged = [code for row in HHSRS.in_force(FIRST_NEW) for code in row.merges]
    assert sorted(merged) == sorted(row.code for row in HHSRS.in_force(LAST_OLD))
    into = merged_into("fuel-gas")
    assert into is not None
    assert into.code == "indoor-air-pollutants"


def test_given_headings_that_were_merged_then_they_are_uncertain_and_say_what_to_look_up() -> None:
    rows = HHSRS.in_force(FIRST_NEW)
    assert {row.code for row in rows if row.uncertain} == {row.code for row in rows if len(row.merges) > 1}
    assert all("schedule 1" in row.note for row in rows if row.uncertain)
    assert not [row for row in HHSRS.in_force(LAST_OLD) if row.uncertain]


def test_given_bands_then_a_to_c_are_category_1_and_of_the_new_ratings_high_is_uncertain() -> None:
    categories = {row.code: row.category for row in RATINGS.in_force(LAST_OLD)}
    assert {code for code, category in categories.items() if category == CATEGORY_1} == set("ABC")
    assert set(categories) == set("ABCDEFGHIJ")
    high = rating_on("high", FIRST_NEW)
    assert high is not None
    assert (high.category, high.uncertain) == (CATEGORY_1, True)
    assert rating_on("A", FIRST_NEW) is None


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        (
            "{label: X, group: G, number: 1, items: [no-emergency-hazards]}",
            "did you mean no-emergency-hazard",
        ),
        ("{label: X, group: G, number: 1, uncertain: true}", "say what has to be looked up"),
        ("{label: X, group: G, number: 1, merges: [fire, fire]}", "merged into x already"),
    ],
)
def test_given_a_hazard_that_cannot_be_used_then_the_file_says_why(row: str, fault: str) -> None:
    text = f"name: hhsrs\nedition: x\ntitle: X\neffective_from: 2027-01-01\nsource: X\nrows:\n  x: {row}\n"
    with pytest.raises(DataInvalid, match=fault):
        HAZARDS_KIND.parse("ours.yaml", text.encode())
