"""Pages in a browser: Chromium asks the application under test itself, through its routes, and no server."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import ConsoleMessage, Page, Route, ViewportSize, async_playwright

from tests.api.conftest import Door
from tests.fhir_adapters.hl7v2.conftest import intake  # noqa: F401 - a feed of the trust, for messages

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND",
]
SITE = "https://homeward.test"
"""What the browser believes to visit; every request is answered here."""
WIDE: ViewportSize = {"width": 1280, "height": 720}
NARROW: ViewportSize = {"width": 320, "height": 640}
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


@dataclass
class Seen:
    """What a browser found on a page: faults that axe names, and what it wrote to its console."""

    faults: list[str]
    console: list[str]


@dataclass
class Looking:
    """A browser that is signed in as whoever the door's client is signed in as."""

    page: Page
    door: Door

    async def look(self, path: str, *, narrow: bool = False) -> Seen:
        """Open a page, let its scripts run, and have axe look at it."""
        console = list[str]()

        def hear(message: ConsoleMessage) -> None:
            console.append(_told(message))

        self.page.on("console", hear)
        try:
            async with self.opened(path, NARROW if narrow else WIDE) as page:
                return Seen(await _faults(page), [line for line in console if line])
        finally:
            self.page.remove_listener("console", hear)

    @asynccontextmanager
    async def opened(self, path: str, size: ViewportSize) -> AsyncIterator[Page]:
        """A page while it is open in a window of some size."""
        page = self.page
        await page.set_viewport_size(size)
        await page.route("**/*", self._answer)
        try:
            await page.goto(f"{SITE}{path}", wait_until="load")
            yield page
        finally:
            await page.goto("about:blank")
            await page.unroute_all(behavior="wait")

    async def _answer(self, route: Route) -> None:
        path = route.request.url.removeprefix(SITE)
        answer = await self.door.client.get(path)
        headers = {name: value for name, value in answer.headers.items() if name != "set-cookie"}
        await route.fulfill(status=answer.status_code, headers=headers, body=answer.content)


def _told(message: ConsoleMessage) -> str:
    return message.text if message.type in ("error", "warning") else ""


async def _faults(page: Page) -> list[str]:
    found: dict[str, Any] = (await Axe().run(page, options=RULES)).response
    return [f"{each['id']}: {node['html']}" for each in found["violations"] for node in each["nodes"]]


@pytest.fixture(scope="session")
async def window() -> AsyncIterator[Page]:
    """One window for all: nothing is remembered in it, the door's client holds who is signed in."""
    program = shutil.which("chromium")
    if program is None:
        pytest.skip("Chromium is not installed")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield await browser.new_page()
        await browser.close()


@pytest.fixture
def looking(window: Page, door: Door) -> Looking:
    return Looking(window, door)
