"""One person's way home as those who work on it see it: in a browser, signed in, on the real stack.

The coordinator works with scripts switched off until the home is checked. Wherever scripts run, axe looks at
every page that is visited, the provider's sign-in among them.
"""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Page, async_playwright, expect

from tests.scenarios.conftest import About
from tests.scenarios.stack import WholeStack
from tests.scenarios.telling import Story

CHROMIUM = shutil.which("chromium")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.timeout(400),
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed"),
]

ALONE = (
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
)
"""Nothing is reached but this machine."""

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
PATIENCE_MS = 30_000
expect.set_options(timeout=PATIENCE_MS)
WARD, COORDINATOR, MONITOR = "Asha Okoro", "Tom Reddy", "Grace Whitlam"


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=list(ALONE))
        yield browser
        await browser.close()


@dataclass
class Somebody:
    """One person at a browser of their own; axe can look only where `scripts` run."""

    page: Page
    scripts: bool

    async def looks(self) -> None:
        """Look at the page that is open: it has a title, one heading, and axe finds nothing."""
        await self.page.wait_for_load_state()
        await expect(self.page.locator("h1")).to_have_count(1)
        assert await self.page.title()
        if self.scripts:
            found = await Axe().run(self.page, options=RULES)
            assert found.violations_count == 0, f"{self.page.url}: {found.generate_report()}"

    async def signs_in(self, name: str) -> None:
        """Through the OpenID provider, as one of the invented people."""
        await self.page.goto("/")
        await self.looks()
        await self.page.get_by_role("button", name="Sign in").click()
        await expect(self.page).to_have_title("Who are you today?")
        await self.looks()
        await self.page.get_by_role("button", name=name).click()
        await expect(self.page.get_by_role("heading", level=1)).to_have_text("Worklist")
        await self.looks()

    async def goes_to(self, path: str) -> None:
        """Open an address."""
        answer = await self.page.goto(path)
        assert answer is not None
        assert answer.ok, (path, answer.status)
        await self.looks()

    async def goes_until(self, path: str, words: str) -> None:
        """Open an address again and again, until the page says so."""
        async with asyncio.timeout(PATIENCE_MS / 1000):
            await self.page.goto(path)
            while words not in await self.page.locator("main").inner_text():
                await self.page.reload()
        await self.looks()

    async def follows(self, link: str) -> None:
        """Follow a link by its words."""
        await self.page.get_by_role("link", name=link).first.click()
        await self.looks()

    async def presses(self, button: str) -> None:
        """Press a button by its words."""
        await self.page.get_by_role("button", name=button).click()
        await self.looks()

    async def answers(self, question: str, answer: str) -> None:
        """Choose an answer to one question."""
        await self.page.get_by_role("group", name=question).get_by_label(answer, exact=True).check(force=True)

    async def reads(self, words: str) -> None:
        """The page says so."""
        await expect(self.page.locator("main")).to_contain_text(words)

    async def does_not_read(self, words: str) -> None:
        """The page does not say so."""
        await expect(self.page.locator("main")).not_to_contain_text(words)


async def somebody_at(browser: Browser, stack: WholeStack, *, scripts: bool = True) -> Somebody:
    """A new browser window, with nothing remembered."""
    context = await browser.new_context(base_url=stack.url, java_script_enabled=scripts)
    context.set_default_timeout(PATIENCE_MS)
    return Somebody(await context.new_page(), scripts)


@pytest.fixture
def in_a_bed(somebody: About) -> Story:
    """Somebody whose admission the hospital's feed has told us."""
    story = somebody(began_days_ago=2)
    story.is_admitted(day=0)
    story.is_fit_to_leave(day=1)
    story.then_the_hospital_message_was_used()
    return story


async def test_given_a_person_in_a_bed_when_ward_and_coordinator_work_in_browsers_then_the_person_goes_home(
    browser: Browser, stack: WholeStack, in_a_bed: Story
) -> None:
    ward = await somebody_at(browser, stack)
    await ward.signs_in(WARD)
    await refers(ward, in_a_bed)
    in_a_bed.case_id = ward.page.url.partition("/cases/")[2].partition("?")[0]
    in_a_bed.is_safe(day=1)

    coordinator = await somebody_at(browser, stack, scripts=False)
    await coordinator.signs_in(COORDINATOR)
    await accepts_and_checks(coordinator, in_a_bed)

    coordinator = await somebody_at(browser, stack)
    await coordinator.signs_in(COORDINATOR)
    await makes_it_safe(coordinator, in_a_bed)

    await ward.goes_to(f"/cases/{in_a_bed.case_id}")
    await ward.reads("Home ready")
    await ward.follows("Confirm the discharge")
    await ward.page.get_by_label("Where did they go?").select_option("19")
    await ward.presses("Confirm")
    await ward.reads("After discharge")
    await ward.reads("Call within 24 hours")
    assert in_a_bed.case()["stage"] == "discharged"

    monitor = await somebody_at(browser, stack)
    await monitor.signs_in(MONITOR)
    for path in ("/reports/bed-days", "/alerts", f"/cases/{in_a_bed.case_id}/who-looked"):
        await monitor.goes_to(path)
    await monitor.reads(COORDINATOR)


async def refers(ward: Somebody, story: Story) -> None:
    """The ward finds the person by number and says only what nobody has told us yet."""
    await ward.follows("New referral")
    await ward.page.get_by_label("NHS number or name").fill(story.person.nhs_number)
    await ward.presses("Find")
    await ward.follows(story.person.family.upper())
    await ward.reads("What we know already")
    await ward.presses("Send the referral")
    await expect(ward.page.get_by_role("alert")).to_contain_text("There is a problem")
    await ward.page.get_by_label("Heating, water, power, food or keys").check()
    await ward.answers("Do they live alone?", "Yes")
    await ward.answers("Are they homeless", "No")
    await ward.presses("Send the referral")
    await ward.reads("Referral sent")


async def accepts_and_checks(coordinator: Somebody, story: Story) -> None:
    """From the worklist to a check that was handed in: the heating does not work."""
    await coordinator.follows(f"{story.person.family.upper()}, {story.person.given}")
    await coordinator.reads("the referral is not accepted yet")
    await coordinator.follows("Accept the referral")
    await coordinator.presses("Accept")
    await coordinator.follows("Home suitability check")
    answers = story.answers_when_well(heating="no")
    await coordinator.page.locator("#domains + ul a").first.click()
    while "/domains/" in coordinator.page.url:
        await answers_a_domain(coordinator, answers)
    await coordinator.presses("Complete the check")
    await coordinator.reads("The check is complete.")
    await coordinator.follows("Back to the case")
    await coordinator.reads(f"What stands between {story.person.given} {story.person.family} and home")
    await coordinator.reads("Heating: no")
    await coordinator.does_not_read("Food for 48 hours: no")


async def answers_a_domain(coordinator: Somebody, answers: Mapping[str, str]) -> None:
    """Answer what is asked on the page of a domain, and go on to the next."""
    await coordinator.reads("“Yes” always means safe.")
    for item in await coordinator.page.locator("[data-item]").all():
        answer = answers.get(await item.get_attribute("data-item") or "")
        if answer:
            await item.locator(f'[type=radio][value="{answer}"]').check()
    async with coordinator.page.expect_navigation():  # each answer is saved by itself, which takes its time
        await coordinator.page.get_by_role("button", name="Save and next").click()
    await coordinator.looks()


async def makes_it_safe(coordinator: Somebody, story: Story) -> None:
    """The heating was repaired: nothing is left."""
    await coordinator.follows(f"{story.person.family.upper()}, {story.person.given}")
    await coordinator.follows("Heating: no")
    await coordinator.answers("Does the heating work?", "Yes")
    await coordinator.page.get_by_role("button", name="Save", exact=True).click()
    await coordinator.goes_to(f"/cases/{story.case_id}")
    await coordinator.reads("the home is ready, the discharge is not confirmed")
