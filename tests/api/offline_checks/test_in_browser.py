"""A check without signal, in Chromium on a small screen, against the running application."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Any
from uuid import UUID

import psutil
import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page, Route, expect
from sqlalchemy import func, select

from discharge.store.engine import transaction
from discharge.store.tables import CaseEventRow, CommandRow
from tests.api.conftest import RULES, Door
from tests.api.offline_checks.conftest import (
    CHROMIUM,
    PHONE,
    SECONDS,
    Phone,
    answers,
    kept,
    read,
)
from tests.api.signing_in import sign_in
from tests.housing_checks.form_two import FORM_2, form_two_in_force

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed"),
]


SHORT = 1_000


@pytest.fixture
async def case_id(door: Door) -> UUID:
    """An accepted case whose check has begun."""
    made = await door.referred()
    await door.asked(made, "accept-referral")
    await door.asked(made, "save-answers", form="home-check-1", answers={"heating": "unknown"})
    return made


async def says(page: Page, words: str) -> None:
    await expect(page.locator("#offline-status")).to_contain_text(words, timeout=SECONDS)


async def all_sent(door: Door, page: Page) -> None:
    """A worker does what is taken, until the device has heard of everything."""
    status = page.locator("#offline-status")
    for _ in range(SECONDS // SHORT):
        await door.settle()
        with suppress(AssertionError):
            await expect(status).to_contain_text("All answers are sent", timeout=SHORT)
            return
    await says(page, "All answers are sent")


async def recorded(door: Door, case_id: UUID) -> int:
    """How often an answer to an item was recorded."""
    counted = select(func.count()).where(
        CaseEventRow.case_id == case_id, CaseEventRow.kind == "item-answered"
    )
    async with transaction(door.worker) as session:
        return await session.scalar(counted) or 0


async def asked_of(door: Door, case_id: UUID, kind: str) -> int:
    counted = select(func.count()).where(CommandRow.case_id == case_id, CommandRow.kind == kind)
    async with transaction(door.worker) as session:
        return await session.scalar(counted) or 0


async def nothing_found(page: Page) -> None:
    found = await Axe().run(page, options=RULES)
    assert found.violations_count == 0, found.generate_report()
    assert await page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


async def test_given_no_signal_when_a_check_is_opened_again_and_answered_then_it_is_sent_once_and_wiped(
    door: Door, phone: Phone, case_id: UUID
) -> None:
    before = await recorded(door, case_id)
    page = await phone.takes(case_id)
    await nothing_found(page)
    await phone.context.set_offline(True)
    await page.reload()
    await expect(page.get_by_text("A check is kept on this device")).to_be_visible(timeout=SECONDS)
    await nothing_found(page)
    assert "Ashdown" not in await page.content()
    await phone.opens(page)
    await expect(page.get_by_role("heading", name="Home suitability check: E.A.")).to_be_visible(
        timeout=SECONDS
    )
    assert await page.get_by_text("Is there a confirmed address").count() == 0
    await answers(page, "heating", "No", note="The boiler is off")
    await answers(page, "food", "Yes")
    await says(page, "No signal. 2 answers are kept")
    await nothing_found(page)
    assert await asked_of(door, case_id, "confirm-item") == 0

    await page.close()
    page = await phone.page()
    await page.goto(f"{phone.address}/worklist")
    await phone.opens(page)
    await expect(page.locator("#q-heating").get_by_label("No", exact=True)).to_be_checked(timeout=SECONDS)
    await says(page, "No signal. 2 answers")
    await phone.context.set_offline(False)
    await all_sent(door, page)
    assert await kept(page) == {"checks": 0, "answers": 0, "endings": 0}
    case = await read(door, case_id)
    assert (case["check"]["answers"]["heating"], case["check"]["answers"]["food"]) == ("no", "yes")
    assert await recorded(door, case_id) == before + 2

    await answers(page, "food", "No")
    await all_sent(door, page)
    assert (await read(door, case_id))["check"]["answers"]["food"] == "no"
    assert await kept(page) == {"checks": 0, "answers": 0, "endings": 0}


async def test_given_a_case_without_a_check_when_answers_come_from_a_device_then_they_begin_it(
    door: Door, phone: Phone
) -> None:
    case_id = await door.referred()
    await door.asked(case_id, "accept-referral")
    page = await phone.takes(case_id)
    await answers(page, "heating", "No")
    await answers(page, "keys", "Yes")
    await all_sent(door, page)
    found = (await read(door, case_id))["check"]["answers"]
    assert found == {"heating": "no", "keys": "yes"}


async def test_given_a_wrong_pin_ten_times_then_everything_is_wiped_and_what_was_lost_is_said(
    phone: Phone, case_id: UUID
) -> None:
    page = await phone.takes(case_id)
    await phone.context.set_offline(True)
    await answers(page, "heating", "No")
    await page.reload()
    wrong = "0" * 12 if phone.pin != "0" * 12 else "1" * 12
    await phone.opens(page, "123")
    await expect(page.locator("#pin-fault")).to_contain_text("12 digits")
    for left in range(9, 0, -1):
        await phone.opens(page, wrong)
        await expect(page.locator("#pin-fault")).to_contain_text(f"You have {left} tr", timeout=SECONDS)
        if left == 5:
            await page.reload()
    await phone.opens(page, wrong)
    await expect(page.get_by_text("1 answer not sent")).to_be_visible(timeout=SECONDS)
    assert await kept(page) == {"checks": 0, "answers": 0, "endings": 1}
    await page.reload()
    await expect(page.get_by_text("1 answer was not sent and must be asked again")).to_be_visible()
    await page.get_by_role("button", name="I have read this").click()
    await expect(page.get_by_role("button", name="I have read this")).to_have_count(0)
    await page.reload()
    await expect(page.get_by_text("no check of yours is kept")).to_be_visible()
    assert (await kept(page))["endings"] == 0


async def test_given_nobody_touches_an_open_check_for_ten_minutes_then_it_asks_for_the_pin(
    phone: Phone, case_id: UUID
) -> None:
    page = await phone.takes(case_id)
    await phone.context.set_offline(True)
    await page.clock.install()
    await page.reload()
    await phone.opens(page)
    await answers(page, "heating", "No")
    await says(page, "1 answer is kept")
    await page.clock.fast_forward("09:00")
    await expect(page.locator("#q-heating")).to_be_visible(timeout=SECONDS)
    await page.clock.fast_forward("01:30")
    await expect(page.get_by_text("A check is kept on this device")).to_be_visible(timeout=SECONDS)
    await expect(page.locator("#q-heating")).to_have_count(0)
    await phone.opens(page)
    await expect(page.locator("#q-heating").get_by_label("No", exact=True)).to_be_checked(timeout=SECONDS)


async def test_given_a_check_that_was_kept_too_long_then_it_is_wiped_unsent_answers_later_and_with_a_word(
    phone: Phone, case_id: UUID
) -> None:
    page = await phone.takes(case_id)
    await page.goto("about:blank")
    await page.clock.install()
    await page.clock.fast_forward("25:00:00")
    await page.goto(f"{phone.address}/offline")
    await expect(page.get_by_text("no check of yours is kept")).to_be_visible()
    assert await kept(page) == {"checks": 0, "answers": 0, "endings": 0}

    page = await phone.takes(case_id)
    await phone.context.set_offline(True)
    await answers(page, "heating", "No")
    await page.goto("about:blank")
    await page.clock.fast_forward("25:00:00")
    await page.goto(f"{phone.address}/offline")
    await expect(page.get_by_text("1 answer is not sent yet")).to_be_visible()
    await page.goto("about:blank")
    await page.clock.fast_forward(6 * 24 * 3600 * 1000)
    await page.goto(f"{phone.address}/offline")
    await expect(page.get_by_text("because it was kept too long")).to_be_visible()
    assert await kept(page) == {"checks": 0, "answers": 0, "endings": 1}


async def test_given_a_phone_that_dies_while_it_sends_then_the_answer_is_recorded_once(
    door: Door, phone: Phone, case_id: UUID
) -> None:
    before = await recorded(door, case_id)
    page = await phone.takes(case_id)
    await phone.context.set_offline(True)
    await answers(page, "heating", "No")

    async def answered_to_nobody(route: Route) -> None:
        await route.fetch()
        killed(phone.folder)

    await page.route("**/check/offline/answers", answered_to_nobody)
    closed = phone.context.wait_for_event("close", timeout=SECONDS)
    await phone.context.set_offline(False)
    await closed
    assert await asked_of(door, case_id, "confirm-item") == 1

    await phone.restarts()
    await phone.signs_in()
    page = await phone.page()
    await page.goto(f"{phone.address}/offline")
    await phone.opens(page)
    await all_sent(door, page)
    assert await asked_of(door, case_id, "confirm-item") == 1
    assert await recorded(door, case_id) == before + 1
    assert await kept(page) == {"checks": 0, "answers": 0, "endings": 0}


def killed(folder: Path) -> None:
    """End the browser of a folder as a phone ends without power."""
    for each in psutil.process_iter(["cmdline"]):
        line = each.info["cmdline"] or []
        if f"--user-data-dir={folder}" in line and not [part for part in line if part.startswith("--type=")]:
            each.kill()


async def test_given_two_tabs_when_both_answer_and_send_then_each_answer_goes_once(
    door: Door, phone: Phone, case_id: UUID
) -> None:
    before = await recorded(door, case_id)
    one = await phone.takes(case_id)
    other = await phone.page()
    await other.goto(f"{phone.address}/cases/{case_id}/check/offline")
    await phone.opens(other)
    await expect(other.get_by_role("button", name="Send now")).to_be_visible(timeout=SECONDS)
    await phone.context.set_offline(True)
    await answers(one, "heating", "No")
    await expect(other.locator("#q-heating-state")).to_have_text(
        "Kept on this device, not sent", timeout=SECONDS
    )
    await answers(other, "food", "Yes")
    await says(one, "2 answers")
    await phone.context.set_offline(False)
    await expect(one.locator("#q-food-state")).to_contain_text("not yet recorded", timeout=SECONDS)
    await expect(one.locator("#q-heating-state")).to_contain_text("not yet recorded", timeout=SECONDS)
    await door.settle()
    await expect(one.locator("#q-food-state")).to_have_text("", timeout=SECONDS)
    await expect(one.locator("#q-heating-state")).to_have_text("", timeout=SECONDS)
    assert await recorded(door, case_id) == before + 2
    assert await asked_of(door, case_id, "confirm-item") == 2


async def test_given_somebody_answered_meanwhile_then_both_answers_are_shown_and_the_person_decides(
    door: Door, phone: Phone, case_id: UUID
) -> None:
    page = await phone.takes(case_id)
    await phone.context.set_offline(True)
    await answers(page, "heating", "No")
    await answers(page, "food", "No")
    for item in ("heating", "food"):
        await door.asked(case_id, "confirm-item", item=item, value="yes")
    await phone.context.set_offline(False)
    await expect(page.locator("#q-food-state")).to_contain_text("not yet recorded", timeout=SECONDS)
    await door.settle()
    decide = page.get_by_role("region", name="For you to decide")
    await expect(decide.get_by_role("listitem")).to_have_count(2, timeout=SECONDS)
    heating = decide.get_by_role("listitem").filter(has_text="Heating")
    await expect(heating).to_contain_text("Theirs: Yes (Test coordinator, 2 March 2026)")
    await expect(heating).to_contain_text("Yours: No")
    await nothing_found(page)
    await heating.get_by_role("button", name="Send mine").click()
    await (
        decide.get_by_role("listitem")
        .filter(has_text="Food")
        .get_by_role("button", name="Keep theirs")
        .click()
    )
    await all_sent(door, page)
    found = (await read(door, case_id))["check"]["answers"]
    assert (found["heating"], found["food"]) == ("no", "yes")
    assert await kept(page) == {"checks": 0, "answers": 0, "endings": 0}


async def test_given_the_person_goes_to_another_home_meanwhile_then_the_page_says_so_and_asks_of_which_it_is(
    door: Door, phone: Phone
) -> None:
    with form_two_in_force():
        case_id = await door.referred()
        await door.asked(case_id, "accept-referral")
        said = {"destination": "own-home", "heating": "yes"}
        await door.asked(case_id, "save-answers", form=FORM_2.code, answers=said)
        page = await phone.takes(case_id)
        await phone.context.set_offline(True)
        await answers(page, "heating", "No")
        await answers(page, "water", "Yes")
        await door.asked(case_id, "confirm-item", item="destination", value="other-home")
        await phone.context.set_offline(False)
        decide = page.get_by_role("region", name="For you to decide")
        await expect(decide.get_by_role("listitem")).to_have_count(2, timeout=SECONDS)
        heating = decide.get_by_role("listitem").filter(has_text="Heating")
        await expect(heating).to_contain_text("The person goes to another home by now")
        await expect(heating).not_to_contain_text("Somebody else answered")
        await nothing_found(page)
        await heating.get_by_role("button", name="It was the former home: remove my answer").click()
        water = decide.get_by_role("listitem").filter(has_text="water")
        await water.get_by_role("button", name="It is so in the new home: send my answer").click()
        await all_sent(door, page)
        found = (await read(door, case_id))["check"]["answers"]
        assert ("heating" in found, found["water"]) == (False, "yes")


async def test_given_an_answer_that_leaves_a_question_out_then_whose_it_is_and_ours_is_kept_as_a_note(
    door: Door, phone: Phone
) -> None:
    with form_two_in_force():
        case_id = await door.referred()
        await door.asked(case_id, "accept-referral")
        await door.asked(case_id, "save-answers", form=FORM_2.code, answers={"wishes": "unknown"})
        page = await phone.takes(case_id)
        await phone.context.set_offline(True)
        await answers(page, "heating", "No")
        await door.asked(case_id, "confirm-item", "discharge-team", item="destination", value="no-home")
        await phone.context.set_offline(False)
        await expect(page.locator("#q-heating-state")).to_contain_text("not yet recorded", timeout=SECONDS)
        await door.settle()
        decide = page.get_by_role("region", name="For you to decide")
        await expect(decide).to_contain_text("Where the person goes: ", timeout=SECONDS)
        await nothing_found(page)
        await decide.get_by_role("button", name="Keep as a note on the case").click()
        await all_sent(door, page)
        assert await kept(page) == {"checks": 0, "answers": 0, "endings": 0}
        sign_in(door, "coordinator")
        assert "not asked any more. Heating: No" in (await door.client.get(f"/cases/{case_id}")).text


async def test_given_a_session_that_ended_or_a_server_that_is_down_then_answers_wait_and_go_on_later(
    door: Door, phone: Phone, case_id: UUID
) -> None:
    page = await phone.takes(case_id)
    await page.route("**/offline/session", lambda route: route.fulfill(status=503, body=""))
    await answers(page, "heating", "No")
    await says(page, "Homeward does not answer. 1 answer is kept")
    await page.unroute_all()
    await phone.context.clear_cookies()
    await page.get_by_role("button", name="Send now").click()
    await says(page, "You are signed out. 1 answer is kept")
    link = page.get_by_role("link", name="Sign in again to send")
    assert await link.get_attribute("href") == f"/sign-in?then=%2Fcases%2F{case_id}%2Fcheck%2Foffline"

    sign_in(door, "coordinator", "HOUSING")
    name, value = next(iter(door.client.cookies.items()))
    await phone.context.add_cookies([{"name": name, "value": value, "url": phone.address}])
    await page.get_by_role("button", name="Send now").click()
    await says(page, "Another person is signed in")
    await page.reload()
    await expect(page.get_by_text("that another person took along")).to_be_visible()
    assert await page.get_by_label("PIN", exact=True).count() == 0
    assert await asked_of(door, case_id, "confirm-item") == 0

    await phone.signs_in()
    await page.reload()
    await phone.opens(page)
    await all_sent(door, page)
    assert (await read(door, case_id))["check"]["answers"]["heating"] == "no"


@pytest.mark.parametrize("choice", ["keep them here", "wipe them"])
async def test_given_unsent_answers_when_somebody_signs_out_then_they_are_warned_and_choose(
    door: Door, phone: Phone, case_id: UUID, choice: str
) -> None:
    page = await phone.takes(case_id)
    await phone.context.set_offline(True)
    await answers(page, "heating", "No")
    await page.goto("about:blank")
    await phone.context.set_offline(False)
    await page.goto(f"{phone.address}/cases/{case_id}/check")
    await expect(
        page.get_by_text("1 answer to a home check is kept on this device and not sent")
    ).to_be_visible()
    await nothing_found(page)
    await page.get_by_role("button", name="Sign out").click()
    warned = page.get_by_role("dialog", name="Answers are not sent yet")
    await expect(warned).to_be_visible()
    await nothing_found(page)
    await warned.get_by_role("button", name="Stay signed in").click()
    await expect(warned).to_have_count(0)
    await page.get_by_role("button", name="Sign out").click()
    await warned.get_by_role("button", name=choice).click()
    await expect(page.get_by_role("heading", name="You are signed out")).to_be_visible()
    if choice == "wipe them":
        assert await page.evaluate("indexedDB.databases().then((all) => all.length)") in (0, 1)
        await page.goto(f"{phone.address}/offline")
        await expect(page.get_by_text("no check of yours is kept")).to_be_visible()
        return
    await expect(page.get_by_text("Sign in to send")).to_be_visible()
    await phone.signs_in()
    await page.goto(f"{phone.address}/offline")
    await phone.opens(page)
    await all_sent(door, page)
    assert (await read(door, case_id))["check"]["answers"]["heating"] == "no"


async def test_given_two_people_on_one_device_when_one_signs_out_then_what_the_other_keeps_stays_alone(
    door: Door, phone: Phone, case_id: UUID
) -> None:
    """The browser clears nothing then: what is to go is wiped by the page itself."""
    await phone.takes(case_id)
    sign_in(door, "coordinator", "HOUSING")
    name, value = next(iter(door.client.cookies.items()))
    await phone.context.add_cookies([{"name": name, "value": value, "url": phone.address}])
    first = phone.pin
    page = await phone.takes(case_id)
    await phone.context.set_offline(True)
    await answers(page, "heating", "No")
    await page.goto("about:blank")
    await phone.context.set_offline(False)
    await phone.signs_in()
    page = await phone.page()
    await page.goto(f"{phone.address}/cases/{case_id}/check")
    assert await kept(page) == {"checks": 2, "answers": 1, "endings": 0}
    await page.get_by_role("button", name="Sign out").click()
    await expect(page.get_by_role("heading", name="You are signed out")).to_be_visible()
    assert await kept(page) == {"checks": 1, "answers": 1, "endings": 0}
    assert phone.pin != first


async def test_given_no_https_when_a_check_is_to_be_taken_along_then_it_is_not_and_the_page_says_why(
    door: Door, phone: Phone, case_id: UUID
) -> None:
    insecure = phone.address.replace("127.0.0.1", "insecure.test")
    name, value = next(iter(door.client.cookies.items()))
    await phone.context.add_cookies([{"name": name, "value": value, "url": insecure}])
    page = await phone.page()
    await page.goto(f"{insecure}/cases/{case_id}/check/offline")
    await expect(page.get_by_text("This page came without HTTPS")).to_be_visible()
    assert await page.locator("#drawn-pin").count() == 0
    assert await page.evaluate("indexedDB.databases().then((all) => all.length)") == 0


async def test_given_the_page_that_a_device_keeps_then_it_is_about_nobody(
    phone: Phone, case_id: UUID
) -> None:
    page = await phone.takes(case_id)
    await page.goto(f"{phone.address}/cases/{case_id}")
    found: dict[str, Any] = await page.evaluate(CACHED)
    assert [each for each in found if not each.startswith(("/static/", "/offline"))] == []
    assert len(found) > 10
    assert [path for path, text in found.items() if "Ashdown" in text or str(case_id) in text] == []


CACHED = """async () => {
  const found = {};
  for (const name of await caches.keys()) {
    const cache = await caches.open(name);
    for (const request of await cache.keys()) {
      found[new URL(request.url).pathname] = await (await cache.match(request)).text();
    }
  }
  return found;
}"""
