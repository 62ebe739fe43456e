"""One sitting at a check on a phone, and two people at it in two browsers, in a real Chromium."""

from __future__ import annotations

import re
import shutil
from typing import Any
from uuid import UUID

import pytest
from playwright.async_api import Browser, Page, expect

from housing_checks.checks.form import form_of
from tests.api.changes.test_two_people import answer_at_once
from tests.api.conftest import Door
from tests.api.test_accessibility import address, browser, opened, require_nothing_found
from tests.housing_checks.homes import FORM_1

__all__ = ["address", "browser"]

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("chromium") is None, reason="Chromium is not installed"),
]
PHONE = {"width": 360, "height": 740}


@pytest.fixture
async def case_id(door: Door, monkeypatch: pytest.MonkeyPatch) -> UUID:
    case_id = await door.referred(needs=["hoist"], tenure="owner", pathway="1")
    await door.asked(case_id, "accept-referral")
    answer_at_once(door, monkeypatch)
    return case_id


async def chosen(page: Page, item: str, value: str) -> None:
    """Somebody chooses an answer, and the page says that it is saved."""
    part = page.locator(f'[data-item="{item}"]')
    await part.locator(f'input[name="{item}"][value="{value}"]').check(force=True)
    await expect(part.locator("[data-saved]")).to_have_text(re.compile(r"^Saved \d\d:\d\d$"))


async def no_wider_than_the_screen(page: Page) -> None:
    width = await page.evaluate("document.documentElement.scrollWidth")
    assert width <= PHONE["width"], f"{page.url}: {width}"


async def answers_of(door: Door, case_id: UUID) -> Any:
    case = (await door.get(f"/api/v1/cases/{case_id}", "coordinator")).json()
    check = case["case"]["check"]
    return {} if check is None else check["answers"]


async def test_given_a_phone_in_a_hallway_when_a_whole_check_is_answered_then_each_tap_is_saved(
    door: Door, browser: Browser, address: str, case_id: UUID
) -> None:
    page = await opened(browser, door, address, "coordinator", viewport=PHONE)
    await page.goto(f"{address}/cases/{case_id}/check?through=visit")
    await require_nothing_found(page, "domains")
    await no_wider_than_the_screen(page)
    await page.locator(".nhsuk-task-list a").first.click()
    for title, items in FORM_1.domains:
        await expect(page.get_by_role("heading", level=1)).to_contain_text(title)
        for item in items:
            await chosen(page, item.code, "yes")
        await no_wider_than_the_screen(page)
        await page.get_by_role("button", name="Save and next").click()
    assert await answers_of(door, case_id) == dict.fromkeys(FORM_1.codes, "yes")
    await page.get_by_role("button", name="Complete the check").click()
    await expect(page.get_by_text("The check is complete")).to_be_visible()
    case = (await door.get(f"/api/v1/cases/{case_id}", "coordinator")).json()
    assert case["stage"] == "ready"
    assert {each["through"] for each in case["case"]["check"]["details"].values()} == {"visit"}
    answered = [
        each
        for each in (await door.get(f"/api/v1/cases/{case_id}/timeline", "coordinator")).json()["events"]
        if each["kind"] == "item-answered"
    ]
    assert len(answered) == len(form_of("home-check-1").items)


async def test_given_two_browsers_on_one_domain_when_both_answer_then_nothing_is_lost_and_both_are_shown(
    door: Door, browser: Browser, address: str, case_id: UUID
) -> None:
    where = f"{address}/cases/{case_id}/check/domains/getting-in-and-moving-inside"
    ward = await opened(browser, door, address, "discharge-team", viewport=PHONE)
    visit = await opened(browser, door, address, "coordinator", viewport=PHONE)
    for page in (ward, visit):
        await page.goto(where)
    await chosen(ward, "steps-stairs", "yes")
    await chosen(visit, "room-to-move", "no")
    part = visit.locator('[data-item="steps-stairs"]')
    await part.locator("summary").first.click()
    await part.locator('[name="note-steps-stairs"]').fill("Twelve steep steps")
    await part.locator('input[name="steps-stairs"][value="no"]').check(force=True)
    await expect(part.locator("[data-saved]")).to_contain_text("somebody else answered this meanwhile")
    await visit.get_by_role("button", name="Save", exact=True).click()
    await expect(visit.get_by_role("heading", name="Changed since you opened this page")).to_be_visible()
    await expect(visit.locator('[name="note-steps-stairs"]')).to_have_value("Twelve steep steps")
    await visit.get_by_role("button", name="Save", exact=True).click()
    await expect(visit.locator("#item-steps-stairs")).to_contain_text("People say different things")
    assert await answers_of(door, case_id) == {"steps-stairs": "no", "room-to-move": "no"}
    await visit.goto(f"{address}/cases/{case_id}/check/items/steps-stairs")
    await require_nothing_found(visit, "an item of which people differ")
    await no_wider_than_the_screen(visit)
    await expect(visit.get_by_text("Twelve steep steps")).to_be_visible()
    await visit.locator('[name="settled"][value="no"]').check(force=True)
    await visit.locator('[name="reason"]').select_option("knows-better")
    await visit.get_by_role("button", name="Settle it").click()
    await expect(visit.get_by_text("The answer is settled")).to_be_visible()


async def test_given_no_script_when_an_item_is_answered_then_it_is_saved_and_the_next_opens(
    door: Door, browser: Browser, address: str, case_id: UUID
) -> None:
    page = await opened(browser, door, address, "coordinator", viewport=PHONE, java_script_enabled=False)
    await page.goto(f"{address}/cases/{case_id}/check/items/heating")
    await page.locator('input[name="heating"][value="no"]').check(force=True)
    await page.get_by_role("button", name="Save and next").click()
    await expect(page.get_by_text("Saved: Heating")).to_be_visible()
    assert "/items/heating" not in page.url.partition("?")[0]
    assert await answers_of(door, case_id) == {"heating": "no"}
