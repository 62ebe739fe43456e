"""The application on a port of its own, and Chromium with a folder of its own on the disk."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import uvicorn
from playwright.async_api import BrowserContext, Page, Playwright, async_playwright, expect
from starlette.types import ASGIApp

from tests.api.conftest import Door
from tests.api.signing_in import sign_in

CHROMIUM = shutil.which("chromium")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP insecure.test 127.0.0.1 , MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
]
PHONE = {"width": 360, "height": 740}
SECONDS = 60_000
"""How long a condition is waited for: a PIN alone takes a second, more on a busy machine."""


@asynccontextmanager
async def served(app: ASGIApp) -> AsyncIterator[str]:
    """An application on a free port; its address."""
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error", lifespan="off"))
    running = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    await running


@pytest.fixture
async def address(door: Door) -> AsyncIterator[str]:
    """The application of the door, served on a free port."""
    async with served(door.app) as found:
        yield found


@dataclass
class Phone:
    """A browser whose folder stays when it ends, as a phone's does."""

    playwright: Playwright
    folder: Path
    door: Door
    address: str
    context: BrowserContext
    pin: str = ""

    async def signs_in(self, role: str = "coordinator") -> None:
        sign_in(self.door, role)
        name, value = next(iter(self.door.client.cookies.items()))
        await self.context.add_cookies([{"name": name, "value": value, "url": self.address}])

    async def page(self) -> Page:
        page = await self.context.new_page()
        page.on("dialog", lambda dialog: asyncio.ensure_future(dialog.accept()))
        page.set_default_timeout(SECONDS)
        return page

    async def takes(self, case_id: UUID) -> Page:
        """Take a check along: with its PIN typed, the questions are there."""
        page = await self.page()
        await page.goto(f"{self.address}/cases/{case_id}/check/offline")
        self.pin = (await page.locator("#drawn-pin").inner_text()).replace(" ", "")
        await page.get_by_label("Type the PIN").fill(self.pin)
        await page.get_by_role("button", name="Keep this check on this device").click()
        await expect(page.get_by_role("button", name="Send now")).to_be_visible(timeout=SECONDS)
        return page

    async def opens(self, page: Page, pin: str = "") -> None:
        """Type the PIN of the check that is kept."""
        await page.get_by_label("PIN", exact=True).fill(pin or self.pin)
        await page.get_by_role("button", name="Open", exact=True).click()

    async def restarts(self) -> None:
        """The browser begins again with what its folder holds."""
        self.context = await launched(self.playwright, self.folder)


async def launched(playwright: Playwright, folder: Path) -> BrowserContext:
    return await playwright.chromium.launch_persistent_context(
        folder, executable_path=CHROMIUM, args=FLAGS, viewport=PHONE
    )


@asynccontextmanager
async def phone_of(door: Door, address: str, folder: Path) -> AsyncIterator[Phone]:
    async with async_playwright() as playwright:
        made = Phone(playwright, folder, door, address, await launched(playwright, folder))
        await made.signs_in()
        yield made
        await made.context.close()


@pytest.fixture
async def phone(door: Door, address: str, tmp_path: Path) -> AsyncIterator[Phone]:
    """A phone on which a coordinator has signed in."""
    if CHROMIUM is None:
        pytest.skip("Chromium is not installed")
    async with phone_of(door, address, tmp_path / "profile") as made:
        yield made


async def answers(page: Page, code: str, words: str, note: str = "") -> None:
    """Choose an answer, and wait until it is kept."""
    question = page.locator(f"#q-{code}")
    domain = page.locator("details.hw-offline-domain", has=question)
    if not await domain.evaluate("each => each.open"):
        await domain.locator("> summary").click()
    await question.get_by_label(words, exact=True).check()
    if note:
        await question.locator("summary").click()
        await question.locator("textarea").fill(note)
    await expect(page.locator(f"#q-{code}-state")).to_contain_text("Kept on this device", timeout=SECONDS)


async def read(door: Door, case_id: UUID) -> dict[str, Any]:
    """What the record says of a case's check."""
    found: dict[str, Any] = (await door.get(f"/api/v1/cases/{case_id}", "coordinator")).json()["case"]
    return found


async def kept(page: Page) -> dict[str, Any]:
    """How many rows each store on the device holds."""
    counted: dict[str, Any] = await page.evaluate(COUNT)
    return counted


COUNT = """async () => {
  const answer = (asked) => new Promise((done) => { asked.onsuccess = () => done(asked.result); });
  const db = await answer(indexedDB.open('homeward-offline'));
  const found = {};
  for (const name of db.objectStoreNames) {
    found[name] = await answer(db.transaction(name).objectStore(name).count());
  }
  db.close();
  return found;
}"""
