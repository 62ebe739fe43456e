"""The form of a mitigation: the item first, then what this asker may name for it, and who may answer."""

from __future__ import annotations

import re
from uuid import UUID

import pytest

from tests.api.conftest import Door, Looking
from tests.api.signing_in import form_token, sign_in
from tests.housing_checks.homes import FORM_1, answers


@pytest.fixture
async def case_id(door: Door) -> UUID:
    """A case whose home lacks heat and food."""
    made = await door.referred()
    await door.asked(made, "accept-referral")
    said = answers(heating="no", food="no")
    await door.asked(made, "complete-check", form=FORM_1.code, answers=said)
    return made


def offered(page: str, name: str) -> list[str]:
    """The answers that a page offers to a question, whatever component shows it."""
    radios = re.findall(rf'<input[^>]*name="{name}"[^>]*value="([^"]+)"', page)
    select = re.search(rf'<select[^>]*name="{name}".*?</select>', page, re.DOTALL)
    return [*radios, *re.findall(r'<option value="([^"]+)"', select[0] if select else "")]


async def test_given_no_item_then_the_page_asks_for_it_first(door: Door, case_id: UUID) -> None:
    sign_in(door, "coordinator")
    page = (await door.client.get(f"/cases/{case_id}/do/name-mitigation")).text
    assert "Which item?" in page
    assert f"/cases/{case_id}/do/name-mitigation?item=heating" in page
    assert f"/cases/{case_id}/do/name-mitigation?item=food" in page
    assert "item=toilet" not in page


async def test_given_an_item_then_only_what_can_stand_in_for_it_is_offered(door: Door, case_id: UUID) -> None:
    door.clock.now = door.clock.now.replace(year=2027)
    sign_in(door, "coordinator")
    heating = (await door.client.get(f"/cases/{case_id}/do/name-mitigation?item=heating")).text
    assert "temporary-heating" in offered(heating, "mitigation")
    assert "meals-delivered" not in offered(heating, "mitigation")
    assert offered(heating, "item") == ["heating"]
    food = (await door.client.get(f"/cases/{case_id}/do/name-mitigation?item=food")).text
    assert "meals-delivered" in offered(food, "mitigation")
    assert "temporary-heating" not in offered(food, "mitigation")


async def test_given_what_was_not_offered_then_it_is_not_taken_either(door: Door, case_id: UUID) -> None:
    door.clock.now = door.clock.now.replace(year=2027)
    session = sign_in(door, "coordinator")
    sent = await door.client.post(
        f"/cases/{case_id}/do/name-mitigation",
        data={
            "form_token": form_token(door, session), "item": "heating", "mitigation": "meals-delivered",
            "role": "coordinator",
        },
    )  # fmt: skip
    assert sent.status_code == 422
    assert "Choose one of the answers on the page: What is the mitigation?" in sent.text


@pytest.mark.parametrize("narrow", [False, True], ids=["wide", "narrow"])
async def test_given_a_browser_then_both_pages_are_accessible(
    door: Door, looking: Looking, case_id: UUID, narrow: bool
) -> None:
    sign_in(door, "coordinator")
    for query in ("", "?item=heating"):
        seen = await looking.look(f"/cases/{case_id}/do/name-mitigation{query}", narrow=narrow)
        assert (seen.faults, seen.console) == ([], [])
