"""One check in three sittings by two people, on two phones, once without signal: nothing is typed twice.

`HOMEWARD_SCREENSHOTS` names a folder in which a picture of each step is put, to look at.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

import pytest
from playwright.async_api import Locator, Page, expect
from sqlalchemy import select

from discharge.store.engine import transaction
from discharge.store.tables import CaseEventRow
from housing_checks.checks.all_well import safe_answer
from housing_checks.checks.answer_types import WRITTEN
from tests.api.changes.test_two_people import answer_at_once
from tests.api.conftest import Door
from tests.api.offline_checks.conftest import CHROMIUM, PHONE, SECONDS, Phone, answers, kept, phone_of, read
from tests.api.offline_checks.test_in_browser import all_sent, nothing_found, says
from tests.api.offline_checks.test_on_disk import SHORTEST, found
from tests.api.safety.scene import acted, advised, disclosed
from tests.housing_checks.evidence.sent_files import photo
from tests.housing_checks.form_two import FORM_2, form_two_in_force

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed"),
]

WARD = ("The person", "Home and right to return", "Care and support", "Money", "Arrival")
"""What the ward knows of, or asks the person at the bedside."""
IN_WORDS = {
    "wishes": "To sleep in her own bed, with the window open",
    "goals": "To cook on Sundays again",
    "fears": "The stairs at night",
    "who-to-tell": "Her daughter. Not the neighbour",
}
SAID = {"lives-with": "alone", "destination": "own-home", "tenure": "social", "stair-rails": "no"}
"""What is not the first safe answer."""
NOTE = "Handrail loose on the left zebra"
PHOTOS = {"stair-rails": (1200, 900), "toilet-rails": (900, 1200)}
"""The size of the photo of each item."""
SCREENSHOTS = os.environ.get("HOMEWARD_SCREENSHOTS", "")


@pytest.fixture(autouse=True)
def second_form() -> Iterator[None]:
    with form_two_in_force():
        yield


@pytest.fixture
async def case_id(door: Door, monkeypatch: pytest.MonkeyPatch) -> UUID:
    """An accepted case of somebody who lives alone, of whom the trust said a good deal."""
    made = await door.referred(needs=["none"], tenure="social", pathway="1", lives_alone="yes")
    await advised(door)
    await disclosed(door, made, asked="alone", disclosed="no")
    await acted(door, made, {"kind": "safety-confirmed"}, reason="Spoke with her alone")
    await door.asked(made, "accept-referral")
    answer_at_once(door, monkeypatch)
    return made


@pytest.fixture
async def ward(door: Door, address: str, tmp_path: Path) -> AsyncIterator[Phone]:
    """A phone on the ward, on which somebody of the discharge team has signed in."""
    async with phone_of(door, address, tmp_path / "ward") as made:
        await made.context.clear_cookies()
        await made.signs_in("discharge-team")
        yield made


@dataclass
class Sittings:
    """What was typed so far, and what a picture is taken of."""

    typed: list[str] = field(default_factory=list)
    looks: int = 0

    async def looks_at(self, page: Page, name: str) -> None:
        """What people see here fits the screen, has no fault that axe names, and is kept as a picture."""
        await nothing_found(page)
        await cut_nowhere(page)
        self.looks += 1
        if SCREENSHOTS:
            await page.screenshot(path=f"{SCREENSHOTS}/sittings-{self.looks:02}-{name}.png", full_page=True)

    async def answers_one(self, part: Locator) -> None:
        """Somebody answers an item on a page: chosen it is saved at once, in words with the button."""
        code = await part.get_attribute("data-item") or ""
        self.typed.append(code)
        item, saved = FORM_2.item(code), part.locator("[data-saved]")
        if code in IN_WORDS:
            await part.locator(f'[name="note-{code}"]').fill(IN_WORDS[code])
            return
        if item.numbers is not None:
            await part.locator(f'input[name="{code}"]').fill(str(item.numbers.least))
            await part.locator(f'input[name="{code}"]').press("Tab")
        else:
            await part.get_by_label(words_of(code), exact=True).check()
        await expect(saved).to_contain_text("Saved", timeout=SECONDS)

    async def domain(self, page: Page, title: str) -> None:
        """Answer what is open in a domain, and what opens by that; then there is nothing open in it."""
        await page.get_by_role("link", name=title, exact=True).first.click()
        await expect(page.get_by_role("heading", level=1)).to_contain_text(title)
        while await open_items(page).count():
            for part in await page.locator(".hw-item [data-item]").all():
                if await part.is_visible() and await is_open(part):
                    await self.answers_one(part)
            if title == "The person" and not self.looks:
                await self.looks_at(page, "ward-answered")
            await page.get_by_role("button", name="Save", exact=True).click()
            await expect(page.get_by_role("heading", level=1)).to_contain_text(title)
        await page.get_by_role("link", name="Back to the check").click()

    async def without_signal(self, page: Page, most: int) -> None:
        """Answer so many of what is open on the device."""
        for code in (await unknown(page))[:most]:
            if await page.locator(f"#q-{code}[hidden]").count():
                continue
            self.typed.append(code)
            await answers(page, code, words_of(code), note=NOTE if code == "stair-rails" else "")


def words_of(code: str) -> str:
    """The answer that is given to an item, as it stands on the page."""
    item = FORM_2.item(code)
    return item.words(SAID.get(code, safe_answer(item)))


def open_items(page: Page) -> Locator:
    return page.locator(".hw-item", has=page.locator("h2 .nhsuk-tag", has_text="Open"))


async def is_open(part: Locator) -> bool:
    """Whether the item of these fields was open when its page was made, or is by now."""
    tag = part.locator("xpath=ancestor::section[1]").locator("h2 .nhsuk-tag")
    return "Open" in await tag.inner_text()


async def unknown(page: Page) -> list[str]:
    """The questions that the device asks, and of which nothing is known and nothing waits."""
    found: list[str] = await page.evaluate(UNKNOWN)
    return found


UNKNOWN = """() => [...document.querySelectorAll('.hw-offline-question')]
  .filter((each) => !each.hidden && !each.querySelector('.hw-muted').textContent.trim()
    && !each.querySelector('.hw-offline-state').textContent.trim())
  .map((each) => each.id.replace('q-', ''))"""


async def cut_nowhere(page: Page) -> None:
    """No label, button or answer reaches out of the screen or out of what it stands in."""
    out = await page.evaluate(CUT, PHONE["width"])
    assert out == [], f"{page.url}: {out}"


CUT = """width => [...document.querySelectorAll(
  'main :is(label, legend, button, a, h1, h2, summary, .nhsuk-tag)')]
  .filter((each) => each.checkVisibility() && !each.closest('.nhsuk-u-visually-hidden'))
  .filter((each) => each.getBoundingClientRect().right > width + 1
    || (each.scrollWidth > each.clientWidth + 1 && getComputedStyle(each).overflow !== 'visible'))
  .map((each) => each.textContent.trim().slice(0, 60))"""


async def adds_photo(page: Page, item: str, size: tuple[int, int]) -> None:
    """On the page of the item, take a photo of it."""
    name = {"name": f"{item}.jpg", "mimeType": "image/jpeg", "buffer": photo(size=size)}
    await page.get_by_label("Take a photo").set_input_files(name)
    await page.get_by_role("button", name="Add", exact=True).click()
    await expect(page.get_by_text("1 file added")).to_be_visible(timeout=SECONDS)
    await expect(page.locator(".hw-photos img")).to_be_visible()


async def recorded(door: Door, case_id: UUID) -> Counter[str]:
    """How often each item was answered, by what the record holds."""
    events = select(CaseEventRow.payload).where(
        CaseEventRow.case_id == case_id, CaseEventRow.kind == "item-answered"
    )
    async with transaction(door.worker) as session:
        return Counter(each["item"] for each in await session.scalars(events))


async def test_given_two_people_and_three_sittings_when_one_has_no_signal_then_the_check_is_there_once_whole(
    door: Door, ward: Phone, phone: Phone, case_id: UUID
) -> None:
    sittings = Sittings()
    await on_the_ward(ward, case_id, sittings)
    by_the_ward = len(sittings.typed)
    await in_the_home_without_signal(door, phone, case_id, sittings)
    at_home = len(sittings.typed) - by_the_ward
    await with_signal_again(phone, case_id, sittings)

    case = await read(door, case_id)
    check = case["check"]
    assert check["completed_on"] == "2026-03-02"
    assert len(sittings.typed) == len(set(sittings.typed))
    assert set(sittings.typed) == set(check["answers"])
    assert await recorded(door, case_id) == Counter(dict.fromkeys(sittings.typed, 1))
    assert 60 <= len(sittings.typed) <= 80, len(sittings.typed)
    assert min(by_the_ward, at_home, len(sittings.typed) - by_the_ward - at_home) >= 2
    assert check["answers"] == {code: value_of(code) for code in sittings.typed}
    assert {each["item"] for each in case["evidence"].values()} == PHOTOS.keys()
    assert len({each["by"] for each in check["details"].values()}) == 2
    ways = Counter(each["through"] for each in check["details"].values())
    assert ways["visit"] >= at_home
    told = [each for each in check["details"].values() if each["told_by"] == "daughter"]
    assert 2 <= len(told) < at_home, "from the second half of the sitting without signal on"


def value_of(code: str) -> str:
    item = FORM_2.item(code)
    if code in IN_WORDS:
        return WRITTEN
    return str(item.numbers.least) if item.numbers is not None else SAID.get(code, safe_answer(item))


async def on_the_ward(ward: Phone, case_id: UUID, sittings: Sittings) -> None:
    page = await ward.page()
    await page.goto(f"{ward.address}/cases/{case_id}/check?through=ward")
    await expect(page.get_by_text("Nobody has begun this check")).to_be_visible()
    for title in WARD:
        await sittings.domain(page, title)
    await sittings.looks_at(page, "ward-done")
    await ward.context.close()


async def in_the_home_without_signal(door: Door, phone: Phone, case_id: UUID, sittings: Sittings) -> None:
    page = await phone.takes(case_id)
    await page.get_by_label("How do you know it?").first.select_option("visit")
    await sittings.looks_at(page, "taken-along")
    await phone.context.set_offline(True)
    left = len(await unknown(page))
    before = len(sittings.typed)
    await sittings.without_signal(page, left // 2)
    half = f"No signal. {len(sittings.typed) - before} answers are kept"
    await says(page, half)
    await sittings.looks_at(page, "no-signal")
    await phone.context.close()
    nothing_on_the_disk(phone, case_id)

    await phone.restarts()
    await phone.context.set_offline(True)
    page = await phone.page()
    await page.goto(f"{phone.address}/cases/{case_id}/check/offline")
    await sittings.looks_at(page, "closed-and-opened-again")
    await phone.opens(page)
    await says(page, half)
    assert await page.locator("#sitting-through").input_value() == "visit", "said once for the sitting"
    await page.locator("#sitting-told-by").select_option("daughter")
    await sittings.without_signal(page, left)
    assert await unknown(page) == []
    await sittings.looks_at(page, "all-answered-without-signal")
    await phone.context.set_offline(False)
    await says(page, "You are signed out")
    await sittings.looks_at(page, "signed-out")
    await phone.signs_in()
    await page.get_by_role("button", name="Send now").click()
    await all_sent(door, page)
    assert await kept(page) == {"checks": 0, "answers": 0, "endings": 0}
    await sittings.looks_at(page, "all-sent")


def nothing_on_the_disk(phone: Phone, case_id: UUID) -> None:
    """Whoever has the disk and not the PIN finds neither the person nor a question nor an answer."""
    person = ["Ashdown", "Edith", "9990000018", "1941-05-02"]
    questions = [text for item in FORM_2.items for text in (item.question, item.help) if text]
    assert found(phone.folder, [*person, *questions, *IN_WORDS.values(), NOTE, phone.pin]) == []
    store = next(phone.folder.rglob("IndexedDB"))
    codes = [code for code in FORM_2.codes if len(code) >= SHORTEST]
    assert found(store, [str(case_id), "home-check", "unknown", *codes]) == []


async def with_signal_again(phone: Phone, case_id: UUID, sittings: Sittings) -> None:
    page = await phone.page()
    await page.goto(f"{phone.address}/cases/{case_id}/check?through=visit")
    await sittings.looks_at(page, "check-after-two-sittings")
    for item, size in PHOTOS.items():
        await page.goto(f"{phone.address}/cases/{case_id}/check/items/{item}")
        await adds_photo(page, item, size)
        await sittings.looks_at(page, f"photo-{item}")
    await page.goto(f"{phone.address}/cases/{case_id}/check?through=visit")
    for title in await left_open(page):
        await sittings.domain(page, title)
    await page.get_by_role("button", name="Complete the check").click()
    await expect(page.get_by_text("The check is complete")).to_be_visible()
    await sittings.looks_at(page, "complete")
    await page.goto(f"{phone.address}/cases/{case_id}")
    await sittings.looks_at(page, "case")


async def left_open(page: Page) -> list[str]:
    """The domains that are not done."""
    rows = page.locator(".nhsuk-task-list__item", has_not=page.locator(".nhsuk-tag", has_text="Done"))
    return [await each.locator("a").inner_text() for each in await rows.all()]
