"""Lines of the scripts that guard what is on a phone: its PIN, its kept page, and what two tabs do at once.

The server holds against most of it, too; here each line is asked by itself, in Chromium.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from playwright.async_api import Page, expect
from starlette.types import Receive, Scope, Send

from tests.api.conftest import Door
from tests.api.offline_checks.conftest import CHROMIUM, SECONDS, Phone, kept, phone_of, served

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed"),
]


@pytest.fixture
async def case_id(door: Door) -> UUID:
    """An accepted case whose check has begun."""
    made = await door.referred()
    await door.asked(made, "accept-referral")
    await door.asked(made, "save-answers", form="home-check-1", answers={"heating": "unknown"})
    return made


async def shown_pin(page: Page) -> str:
    return (await page.locator("#drawn-pin").inner_text()).replace(" ", "")


async def types(page: Page, pin: str) -> None:
    await page.get_by_label("Type the PIN").fill(pin)
    await page.get_by_role("button", name="Keep this check on this device").click()


async def nothing_kept(page: Page) -> bool:
    found = await page.evaluate("indexedDB.databases().then((all) => all.length)")
    return not found


async def test_given_another_pin_than_the_one_shown_when_it_is_typed_then_nothing_is_kept_under_it(
    phone: Phone, case_id: UUID
) -> None:
    page = await phone.page()
    await page.goto(f"{phone.address}/cases/{case_id}/check/offline")
    drawn = await shown_pin(page)
    await types(page, f"{(int(drawn[0]) + 1) % 10}{drawn[1:]}")
    await expect(page.get_by_text("This is not the PIN that is shown")).to_be_visible(timeout=SECONDS)
    assert await nothing_kept(page)

    await page.get_by_role("button", name="Draw another PIN").click()
    phone.pin = await shown_pin(page)
    assert phone.pin != drawn
    await types(page, drawn)
    await expect(page.get_by_text("This is not the PIN that is shown")).to_be_visible(timeout=SECONDS)
    assert await nothing_kept(page)

    await types(page, phone.pin)
    await expect(page.get_by_role("button", name="Send now")).to_be_visible(timeout=SECONDS)
    assert (await kept(page))["checks"] == 1


async def test_given_somebody_signed_in_when_the_page_is_kept_then_the_device_asks_for_it_as_nobody(
    door: Door, tmp_path: Path, case_id: UUID
) -> None:
    """The page that the server gives for it is about nobody, too: the device does not rest on that alone."""
    signed_in: dict[str, set[bool]] = {}

    async def heard(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            names = {name for name, _ in scope["headers"]}
            signed_in.setdefault(scope["path"], set()).add(b"cookie" in names)
        await door.app(scope, receive, send)

    async with served(heard) as address, phone_of(door, address, tmp_path / "profile") as phone:
        page = await phone.takes(case_id)
        await page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    assert signed_in[f"/cases/{case_id}/check/offline"] == {True}
    assert signed_in["/offline"] == {False}


FIRST_SENDS = """async () => {
  const { send } = await import('/static/offline/sending.js');
  const content = { items: [], answers: {}, facts: {} };
  const kept = { taking: { owner: 'me' }, content, refresh: async () => {}, waiting: async () => [] };
  const asked = new Promise((heard) => {
    globalThis.fetch = () => new Promise((answer) => {
      globalThis.released = () => answer(Response.json({ owner: 'me', form_token: 't' }));
      heard();
    });
  });
  globalThis.sending = send(kept, async () => {});
  await asked;
}"""
OTHER_SENDS = """async () => {
  const { send } = await import('/static/offline/sending.js');
  globalThis.fetch = async () => new Response('', { status: 401 });
  return send({}, async () => {});
}"""


async def test_given_a_tab_that_sends_when_another_one_would_then_that_one_waits(phone: Phone) -> None:
    one, other = await phone.page(), await phone.page()
    for page in (one, other):
        await page.goto(f"{phone.address}/offline")
    await one.evaluate(FIRST_SENDS)
    assert await other.evaluate(OTHER_SENDS) == "busy"
    assert await one.evaluate("async () => { globalThis.released(); return globalThis.sending; }") == "done"
    assert await other.evaluate(OTHER_SENDS) == "signed-out", "it may send now"


ON_DEVICE = Path(__file__).with_name("on_device.js").read_text("utf-8")


async def on_device(phone: Phone, what: str) -> dict[str, Any]:
    page = await phone.page()
    await page.goto(f"{phone.address}/offline")
    found: dict[str, Any] = await page.evaluate(ON_DEVICE, [what])
    return found


async def test_given_an_answer_that_waits_when_all_seems_sent_then_the_check_is_not_wiped(
    phone: Phone,
) -> None:
    found = await on_device(phone, "waits")
    assert (found["wiped"], found["left"], found["checks"]) == ([False, True], 1, 0)


async def test_given_an_answer_that_is_sent_then_the_device_holds_before_that_it_may_have_arrived(
    phone: Phone,
) -> None:
    """One that may have arrived is never replaced: it goes first, under its own key."""
    found = await on_device(phone, "attempted")
    assert (found["before"], found["posted"], found["ended"]) == ([False], [["heating", True]], "again")
    assert found["values"] == ["no", "yes"]


async def test_given_an_answer_taken_back_in_another_tab_while_this_one_sends_then_it_is_not_sent(
    phone: Phone,
) -> None:
    found = await on_device(phone, "gone")
    assert (found["posted"], found["items"]) == ([["heating", True]], ["heating"])
