"""In which nation a home is, by its postcode: clear, or not known."""

from __future__ import annotations

from datetime import date

import pytest

from discharge.cases.commands import CloseHazard
from discharge.reference.files import DataInvalid
from housing_checks.hazards.nations import POSTCODE_NATIONS, nation_of, nation_told_since
from tests.housing_checks.hazards.hazard_story import HazardStory, mould

TODAY = date(2026, 3, 2)


@pytest.mark.parametrize(
    ("postcode", "nation"),
    [
        ("SW1A 1AA", "england"),
        ("n1 9gu", "england"),
        (" S10  2TN ", "england"),
        ("NG72QH", "england"),
        ("CF10 1EP", "wales"),
        ("G1 1AA", "scotland"),
        ("BT1 5GS", "northern-ireland"),
    ],
)
def test_given_a_postcode_of_one_nation_then_it_is_told(postcode: str, nation: str) -> None:
    assert nation_of(postcode, TODAY) == nation


@pytest.mark.parametrize(
    "postcode", ["SY23 3AA", "CH1 2HS", "TD15 1AA", "ZZ99 3VZ", "GY1 1AA", "CF10", "CF", "", "Cardiff", None]
)
def test_given_a_border_a_pseudo_postcode_or_half_of_one_then_the_nation_is_not_known(
    postcode: str | None,
) -> None:
    assert nation_of(postcode, TODAY) is None


def test_given_the_table_then_no_area_lies_in_two_nations_and_none_is_on_a_border() -> None:
    areas = [area for row in POSTCODE_NATIONS.rows for area in row.areas]
    assert len(areas) == len(set(areas))
    assert not {"CA", "CH", "DG", "GL", "HR", "LD", "LL", "NP", "SY", "TD"} & set(areas)


def test_given_an_area_in_two_nations_then_the_file_says_so() -> None:
    text = (
        "name: postcode-nations\nedition: x\ntitle: t\neffective_from: 2024-01-01\nsource: s\nrows:\n"
        "  england: {label: England, areas: [SY]}\n  wales: {label: Wales, areas: [SY]}\n"
    )
    with pytest.raises(DataInvalid, match="SY is in england"):
        POSTCODE_NATIONS.kind.parse("ours.yaml", text.encode())


def test_given_a_row_that_is_no_nation_then_the_file_says_which_there_are() -> None:
    text = (
        "name: postcode-nations\nedition: x\ntitle: t\neffective_from: 2024-01-01\nsource: s\nrows:\n"
        "  mercia: {label: Mercia, areas: [B]}\n"
    )
    known = "mercia: is no nation - choose from england, northern-ireland, scotland, wales"
    with pytest.raises(DataInvalid, match=known):
        POSTCODE_NATIONS.kind.parse("ours.yaml", text.encode())


@pytest.mark.parametrize(
    ("changes", "postcode", "told"),
    [
        ({"nation": None}, "CF10 1EP", "wales"),
        ({"nation": None}, "SW1A 1AA", "england"),
        ({"nation": None}, "SY23 3AA", None),
        ({"nation": None}, None, None),
        ({"nation": None, "address_nation": "wales"}, "CF10 1EP", None),
        ({"nation": None, "address_nation": "wales"}, "SW1A 1AA", "england"),
        ({"nation": "england"}, "CF10 1EP", None),
    ],
)
def test_given_an_address_by_now_then_it_corrects_the_nation_that_nobody_typed_and_no_other(
    changes: dict[str, object], postcode: str | None, told: str | None
) -> None:
    story = HazardStory().ask(mould(**changes), 1)
    assert nation_told_since(story.hazard, postcode, TODAY) == told
    story.ask(CloseHazard(hazard="hazard/1", reason="not-a-hazard"), 1)
    assert nation_told_since(story.hazard, postcode, TODAY) is None, "a closed hazard counts by nothing"
