"""Pages on a phone and on paper: what matters is in view, nothing is wider than the screen."""

from __future__ import annotations

import pytest
from playwright.async_api import Page, ViewportSize

from tests.api.bed_days.test_pages import left_after_four_days, waiting_ten_days
from tests.api.conftest import Door, Looking
from tests.api.fhir.posting import post, request
from tests.api.signing_in import sign_in

pytestmark = pytest.mark.browser

PHONE: ViewportSize = {"width": 360, "height": 740}
SMALLEST: ViewportSize = {"width": 320, "height": 640}


async def top_of(page: Page, words: str) -> float:
    """How far down the page some words begin, in pixels."""
    box = await page.get_by_text(words).first.bounding_box()
    assert box, words
    return box["y"]


async def test_given_a_phone_when_the_worklist_opens_then_the_first_person_and_what_to_do_are_in_view(
    door: Door, looking: Looking
) -> None:
    await waiting_ten_days(door)
    sign_in(door, "coordinator")
    async with looking.opened("/worklist", PHONE) as page:
        assert await top_of(page, "Waiting 10 nights") < PHONE["height"]
        assert await top_of(page, "Next:") < PHONE["height"]
        card = page.locator(".hw-cards tbody tr").first
        assert "Nights waiting" in await card.locator("[data-label]").nth(2).evaluate(
            "cell => getComputedStyle(cell, '::before').content"
        )


async def test_given_a_phone_when_alerts_open_then_the_first_can_be_taken_on_without_turning_the_page(
    door: Door, looking: Looking
) -> None:
    await waiting_ten_days(door)
    sign_in(door, "coordinator")
    async with looking.opened("/alerts", PHONE) as page:
        button = await page.get_by_role("button", name="Accept").first.bounding_box()
        assert button
        assert button["y"] + button["height"] < PHONE["height"]


async def test_given_a_phone_when_a_case_opens_then_wrong_comes_first_then_what_to_do_then_the_gate(
    door: Door, looking: Looking
) -> None:
    case_id = await waiting_ten_days(door)
    sign_in(door, "coordinator")
    async with looking.opened(f"/cases/{case_id}", PHONE) as page:
        headings = ["Alerts", "What you can do", "What stands between Edith Ashdown and home", "Facts"]
        tops = []
        for heading in headings:
            box = await page.get_by_role("heading", name=heading, exact=True).bounding_box()
            assert box, heading
            tops.append(box["y"])
        assert tops == sorted(tops)
        assert await top_of(page, "Waiting 10 nights") < PHONE["height"]
        assert not await page.locator(".hw-timeline").is_visible()


@pytest.mark.parametrize("size", [SMALLEST, PHONE], ids=["320", "360"])
async def test_given_a_small_screen_when_pages_open_then_none_is_wider_than_it(
    door: Door, looking: Looking, size: ViewportSize
) -> None:
    case_id = await waiting_ten_days(door)
    await left_after_four_days(door)
    sign_in(door, "coordinator")
    paths = (
        "/worklist",
        "/alerts",
        "/homes",
        "/reports/bed-days?of=discharges",
        "/requests",
        "/referrals/new",
    )
    for path in (
        *paths,
        f"/cases/{case_id}",
        f"/cases/{case_id}/check",
        f"/cases/{case_id}/check/all",
        f"/cases/{case_id}/check/domains/getting-in-and-moving-inside",
        f"/cases/{case_id}/check/items/heating",
        f"/cases/{case_id}/do/record-delay-reason",
    ):
        async with looking.opened(path, size) as page:
            wide = await page.evaluate("document.documentElement.scrollWidth")
            assert wide <= size["width"], path


async def test_given_a_page_when_printed_then_links_do_not_show_their_addresses(
    door: Door, looking: Looking
) -> None:
    case_id = await waiting_ten_days(door)
    sign_in(door, "coordinator")
    async with looking.opened(f"/cases/{case_id}", PHONE) as page:
        await page.emulate_media(media="print")
        shown = await page.locator("main a").evaluate_all(
            "all => all.map(link => getComputedStyle(link, '::after').content)"
        )
        await page.emulate_media(media="screen")
        assert shown
        assert set(shown) == {"none"}


async def test_given_one_long_word_of_people_then_the_pages_that_show_it_are_no_wider_than_the_screen(
    door: Door, looking: Looking
) -> None:
    case_id = await door.referred()
    await door.asked(case_id, "accept-referral")
    said = {"item": "heating", "value": "no", "told_by": "daughter", "told_by_name": "D" * 200}
    status = await door.asked(case_id, "confirm-item", **said, item_notes={"heating": "N" * 300})
    assert status["state"] == "accepted", status
    sign_in(door, "coordinator")
    for path in ("/check/items/heating", ""):
        async with looking.opened(f"/cases/{case_id}{path}", PHONE) as page:
            width = await page.evaluate("document.documentElement.scrollWidth")
            assert width <= PHONE["width"], (path, width)


async def test_given_a_message_refused_for_a_deep_element_when_operators_look_then_its_path_fits_the_screen(
    door: Door, looking: Looking
) -> None:
    answer = await post(door, request(patient={"telecom": [{"system": "pigeon", "value": "1"}]}))
    assert answer.status_code == 422, answer.text
    sign_in(door, "operator")
    async with looking.opened("/messages/parked", PHONE) as page:
        assert await page.get_by_text("telecom[0].system").first.is_visible()
        assert await page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
