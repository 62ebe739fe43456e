"""Answers that are proposed: their source is shown, they count nowhere, and one click confirms one."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest

from tests.api.conftest import Door, Looking
from tests.api.signing_in import hidden, sign_in
from tests.housing_checks.form_two import FORM_2, form_two_in_force
from tests.housing_checks.homes import FORM_1


@pytest.fixture(autouse=True)
def in_force() -> Iterator[None]:
    with form_two_in_force(date(2026, 3, 1)):
        yield


async def referred(door: Door) -> str:
    case_id = await door.referred(tenure="social", lives_alone="yes", needs=["oxygen"])
    await door.asked(case_id, "accept-referral")
    return case_id


async def test_given_a_referral_then_its_word_is_proposed_and_one_click_confirms_it(
    door: Door,
) -> None:
    case_id = await referred(door)
    answer = await door.get(f"/api/v1/cases/{case_id}/check/proposals", role="coordinator")
    assert answer.status_code == 200, answer.text
    found = {each["item"]: each for each in answer.json()["proposed"]}
    assert answer.json()["form"] == FORM_2.code
    assert {code: found[code]["answer"] for code in ("tenure", "lives-with", "oxygen-or-cream")} == {
        "tenure": "social",
        "lives-with": "alone",
        "oxygen-or-cream": "oxygen",
    }
    assert (found["lives-with"]["source"], found["lives-with"]["known"]) == (
        "case",
        "the person lives alone",
    )
    assert (await door.get(f"/api/v1/cases/{case_id}")).json()["case"]["check"] is None

    sign_in(door, "coordinator")
    path = f"/cases/{case_id}/check/proposed"
    page = await door.client.get(path)
    assert page.status_code == 200
    assert "They do not count until you confirm them" in page.text
    assert "From the referral and the case of" in page.text
    confirmed = {"item": "lives-with", "answer": "alone"}
    done = await door.client.post(path, data=hidden(page.text) | confirmed)
    assert done.status_code == 303, done.text
    await door.settle()
    check = (await door.get(f"/api/v1/cases/{case_id}")).json()["case"]["check"]
    assert check["answers"] == {"lives-with": "alone"}
    again = await door.get(f"/api/v1/cases/{case_id}/check/proposals", role="coordinator")
    assert "lives-with" not in {each["item"] for each in again.json()["proposed"]}


async def test_given_what_is_not_proposed_when_it_is_confirmed_then_nothing_is_saved_and_the_page_says_so(
    door: Door,
) -> None:
    case_id = await referred(door)
    sign_in(door, "coordinator")
    path = f"/cases/{case_id}/check/proposed"
    page = await door.client.get(path)
    wrong = await door.client.post(path, data=hidden(page.text) | {"item": "heating", "answer": "yes"})
    assert wrong.status_code == 409
    assert "This answer is not proposed any more" in wrong.text
    assert (await door.get(f"/api/v1/cases/{case_id}")).json()["case"]["check"] is None


@pytest.mark.parametrize("role", ["trust-monitor", "operator"])
async def test_given_a_role_that_gives_no_answers_then_it_is_shown_no_proposals(
    door: Door, role: str
) -> None:
    case_id = await referred(door)
    sign_in(door, role)
    page = await door.client.get(f"/cases/{case_id}/check/proposed")
    assert page.status_code == 403


@pytest.mark.browser
@pytest.mark.parametrize("width", [360, 1280])
async def test_given_a_screen_when_proposals_open_then_each_has_its_source_and_a_button_and_none_is_wider(
    door: Door, looking: Looking, width: int
) -> None:
    case_id = await referred(door)
    sign_in(door, "coordinator")
    async with looking.opened(f"/cases/{case_id}/check/proposed", {"width": width, "height": 740}) as page:
        assert await page.evaluate("document.documentElement.scrollWidth") <= width
        assert await page.get_by_role("button", name="Confirm Lives with").is_visible()
        assert await page.get_by_text("From the referral and the case of").count() >= 3


async def test_given_an_answer_that_denies_the_referral_then_both_are_shown_and_somebody_settles_it(
    door: Door,
) -> None:
    case_id = await referred(door)
    await door.asked(case_id, "confirm-item", item="oxygen-or-cream", value="neither")
    address = f"/cases/{case_id}/check/items/oxygen-or-cream"
    sign_in(door, "coordinator")
    page = (await door.client.get(address)).text
    assert "People say different things" in page
    assert "The trust said: Oxygen" in page
    assert "in the referral" in page
    assert "Which answer holds?" in page
    item = (await door.get(f"/api/v1{address}", "coordinator")).json()
    assert (item["disputed"], [each["through"] for each in item["statements"]]) == (True, ["referral", None])
    await door.asked(case_id, "settle-answer", item="oxygen-or-cream", value="neither", reason="asked-both")
    item = (await door.get(f"/api/v1{address}", "coordinator")).json()
    assert (item["disputed"], item["answer"]["value"]) == (False, "neither")


async def test_given_a_check_complete_on_an_earlier_form_then_it_is_that_form_for_which_answers_are_proposed(
    door: Door,
) -> None:
    case_id = await referred(door)
    answers = dict.fromkeys(FORM_1.codes, "yes")
    with form_two_in_force(date(2030, 3, 1)):
        await door.asked(case_id, "complete-check", form=FORM_1.code, answers=answers)
    path = f"/api/v1/cases/{case_id}/check/proposals"
    found = (await door.get(path, role="coordinator")).json()
    assert found["form"] == FORM_1.code
    assert found["proposed"] == []
