"""Every page, in the states that people meet, in a real browser: axe finds nothing, also at 320 pixels.

And the whole of a referral's first steps with scripts switched off.
"""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import pytest
import uvicorn
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Page, async_playwright
from sqlalchemy import update

from discharge.store.engine import transaction
from discharge.store.tables import Person
from housing_checks.strands.rehousing.need_profiles import NEED_PROFILES
from tests.api.conftest import Door
from tests.api.signing_in import sign_in
from tests.housing_checks.homes import FORM_1

CHROMIUM = shutil.which("chromium")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed"),
]

RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
}
WIDTHS = (1280, 320)

NOTHING_FROM_OUTSIDE = "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1"


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", NOTHING_FROM_OUTSIDE]
        )
        yield browser
        await browser.close()


@pytest.fixture
async def address(door: Door) -> AsyncIterator[str]:
    """The application of the door, served on a free port."""
    server = uvicorn.Server(uvicorn.Config(door.app, port=0, log_level="error", lifespan="off"))
    running = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    await running


async def opened(browser: Browser, door: Door, address: str, role: str | None, **options: Any) -> Page:
    """A page of a browser in which somebody has signed in."""
    context = await browser.new_context(**options)
    if role:
        sign_in(door, role)
        name, value = next(iter(door.client.cookies.items()))
        await context.add_cookies([{"name": name, "value": value, "url": address}])
    return await context.new_page()


async def made_ready(door: Door) -> UUID:
    """A case with a check, an order, reasons, alerts, notes and somebody who waits."""
    case_id = await door.referred(reasons=["adaptation"], ready_on="2026-02-20")
    await door.asked(case_id, "accept-referral", note="Daughter holds the keys")
    await door.asked(case_id, "record-sharing-basis", basis="consent")
    answers = dict.fromkeys(FORM_1.codes, "yes") | {"heating": "unknown", "steps-stairs": "no"}
    await door.asked(case_id, "complete-check", form="home-check-1", answers=answers)
    await door.asked(case_id, "start-strand", strand_kind="adaptation", item="straight-stairlift")
    await door.asked(case_id, "start-strand", strand_kind="rehousing", item=next(iter(NEED_PROFILES)).code)
    return case_id


async def require_nothing_found(page: Page, where: str) -> None:
    found = await Axe().run(page, options=RULES)
    assert found.violations_count == 0, f"{where}: {found.generate_report()}"
    assert await page.locator("h1").count() == 1, where
    assert await page.title(), where


@pytest.mark.parametrize("width", WIDTHS)
async def test_given_every_page_of_casework_when_looked_at_by_axe_then_it_finds_nothing(
    door: Door, browser: Browser, address: str, width: int
) -> None:
    page = await opened(browser, door, address, "coordinator", viewport={"width": width, "height": 900})
    for path in ("/worklist", "/alerts", "/hidings", "/reports/bed-days", "/homes", "/requests"):
        await page.goto(address + path)
        await require_nothing_found(page, f"empty {path}")
    case_id = await made_ready(door)
    for path in (
        "/worklist",
        "/worklist?view=ready&text=nobody",
        "/alerts",
        "/reports/bed-days",
        "/referrals/new?text=ash",
        f"/cases/{case_id}",
        f"/cases/{case_id}/check",
        f"/cases/{case_id}/check?find=heat",
        f"/cases/{case_id}/check/all",
        f"/cases/{case_id}/check/domains/getting-in-and-moving-inside",
        f"/cases/{case_id}/check/items/heating",
        f"/cases/{case_id}/who-looked",
        f"/cases/{case_id}/told",
        f"/cases/{case_id}/messages",
    ):
        await page.goto(address + path)
        await require_nothing_found(page, path)


async def test_given_every_form_when_sent_empty_then_its_errors_are_found_and_axe_finds_nothing(
    door: Door, browser: Browser, address: str
) -> None:
    case_id = await made_ready(door)
    page = await opened(browser, door, address, "coordinator")
    await page.goto(f"{address}/cases/{case_id}")
    links = await page.locator("a[href*='/do/']").evaluate_all("all => all.map(a => a.getAttribute('href'))")
    forms = sorted({link.partition("?")[0] for link in links})
    assert len(forms) > 12
    for form in forms:
        await page.goto(address + form)
        await require_nothing_found(page, form)
        if (
            await page.locator("main button[type=submit]").count() == 0
        ):  # one question comes before the others
            await page.locator(f"main a[href*='{form}?']").first.click()
            await require_nothing_found(page, f"{form} with its first question answered")
        for box in await page.locator("input[name^=effective_on]").all():
            await box.fill("")
        await page.locator("main button[type=submit]").first.click()
        if "/do/" in page.url:
            assert (await page.title()).startswith("Error:"), form
            await require_nothing_found(page, f"{form} with errors")
            assert await page.locator(".nhsuk-error-summary").evaluate(
                "e => e.contains(document.activeElement)"
            )


@pytest.mark.parametrize("role", ["operator", "admin"])
async def test_given_the_pages_of_operators_when_looked_at_by_axe_then_it_finds_nothing(
    door: Door, browser: Browser, address: str, role: str
) -> None:
    await made_ready(door)
    page = await opened(browser, door, address, role)
    room = [f"/messages{each}" for each in ("", "/parked", "/replays", "/edits", "/alarms")]
    more = ("/feeds", "/dead-letters", "/failed-requests", *(["/shadow"] if role == "operator" else []))
    for path in (*room, *more):
        await page.goto(address + path)
        await require_nothing_found(page, path)


async def test_given_the_page_that_names_who_may_know_the_ward_when_looked_at_by_axe_then_it_finds_nothing(
    door: Door, browser: Browser, address: str
) -> None:
    case_id = await made_ready(door)
    async with transaction(door.worker) as session:
        await session.execute(update(Person).values(hidden_by_feed=True))
    page = await opened(browser, door, address, "discharge-team", viewport={"width": 320, "height": 900})
    path = f"/cases/{case_id}/place-readers"
    await page.goto(address + path)
    await require_nothing_found(page, path)
    await page.get_by_role("button", name="Show them the ward").click()
    assert (await page.title()).startswith("Error:")
    await require_nothing_found(page, f"{path} with errors")


async def test_given_nobody_signed_in_when_pages_are_opened_then_axe_finds_nothing(
    door: Door, browser: Browser, address: str
) -> None:
    page = await opened(browser, door, address, None)
    for path in ("/", "/sign-in/callback", "/nowhere"):
        await page.goto(address + path)
        await require_nothing_found(page, path)


async def test_given_no_script_when_a_referral_is_accepted_and_checked_then_every_step_works(
    door: Door, browser: Browser, address: str
) -> None:
    case_id = await door.referred()
    page = await opened(browser, door, address, "coordinator", java_script_enabled=False)
    await page.goto(f"{address}/worklist")
    await page.get_by_role("link", name="ASHDOWN, Edith").click()
    await page.get_by_role("link", name="Accept the referral").click()
    await page.get_by_role("button", name="Accept").click()
    assert "Your request is safely stored" in await page.locator("main").inner_text()
    await door.settle()

    await page.goto(f"{address}/cases/{case_id}")
    await page.get_by_role("link", name="Home suitability check").click()
    await page.get_by_role("link", name="All questions on one page").click()
    for yes in await page.get_by_role("radio", name="Yes").all():
        await yes.check()
    await page.get_by_role("button", name="Check the answers").click()
    await page.get_by_role("button", name="Submit the check").click()
    await door.settle()

    await page.goto(f"{address}/cases/{case_id}")
    assert "the home is ready" in await page.locator("main").inner_text()


async def test_given_a_page_when_loaded_then_nothing_comes_from_outside_and_the_policy_stops_nothing(
    door: Door, browser: Browser, address: str
) -> None:
    case_id = await door.referred()
    page = await opened(browser, door, address, "discharge-team")
    asked: list[str] = []
    said: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(message.text))
    await page.goto(f"{address}/cases/{case_id}")
    await page.wait_for_function("document.body.classList.contains('nhsuk-frontend-supported')")

    assert [url for url in asked if not url.startswith(address)] == []
    assert said == []
