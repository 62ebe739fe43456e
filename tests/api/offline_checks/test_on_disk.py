"""What somebody finds who has the disk of a phone, and not the PIN."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.api.conftest import Door
from tests.api.offline_checks.conftest import CHROMIUM, SECONDS, Phone, answers
from tests.housing_checks.homes import FORM_1

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed"),
]

NOTE = "Boiler cold since Tuesday zebra"
CONTROL = "control-word-that-is-not-encrypted"
SHORTEST = 5
"""Shorter words are found in bytes by chance."""


def texts(folder: Path) -> Iterator[tuple[Path, bytes]]:
    for path in folder.rglob("*"):
        if path.is_file() and not path.is_symlink():
            yield path, path.read_bytes()


def found(folder: Path, words: list[str]) -> list[tuple[str, str]]:
    """Which words stand in which files, as one byte a character or two, in small letters or not."""
    met = []
    for path, content in texts(folder):
        small = content.lower()
        for word in words:
            if word.lower().encode() in small or word.lower().encode("utf-16-le") in small:
                met.append((path.relative_to(folder).as_posix(), word))
    return met


async def test_given_the_disk_without_the_pin_then_nothing_of_the_check_is_on_it(
    door: Door, phone: Phone
) -> None:
    case_id = await door.referred()
    await door.asked(case_id, "accept-referral")
    await door.asked(case_id, "save-answers", form="home-check-1", answers={"heating": "unknown"})
    page = await phone.takes(case_id)
    await phone.context.set_offline(True)
    await answers(page, "heating", "No", note=NOTE)
    await answers(page, "food", "Yes")
    await page.reload()
    await phone.opens(page)
    await expect(page.locator("#q-heating").get_by_label("No", exact=True)).to_be_checked(timeout=SECONDS)
    await page.evaluate(
        """word => new Promise((done) => { indexedDB.open('control', 1).onupgradeneeded = ({ target }) => {
          target.result.createObjectStore('all').put(word, 1);
          target.transaction.oncomplete = done; }; })""",
        CONTROL,
    )
    await phone.context.close()

    person = ["Ashdown", "Edith", "9990000018", "1941-05-02"]
    questions = [text for item in FORM_1.items for text in (item.question, item.help) if text]
    assert found(phone.folder, [*person, *questions, NOTE, phone.pin]) == []

    store = next(phone.folder.rglob("IndexedDB"))
    labels = [item.label for item in FORM_1.items if len(item.label) >= SHORTEST]
    codes = [code for code in FORM_1.codes if len(code) >= SHORTEST]
    assert found(store, [str(case_id), "home-check", "unknown", *labels, *codes]) == []
    assert found(store, [CONTROL]) != [], "the search finds what is not encrypted"
    await phone.restarts()


async def test_given_answers_of_any_length_then_they_take_the_same_room(door: Door, phone: Phone) -> None:
    case_id = await door.referred()
    await door.asked(case_id, "accept-referral")
    page = await phone.takes(case_id)
    await phone.context.set_offline(True)
    await answers(page, "heating", "No")
    await answers(page, "food", "Not known")
    await answers(page, "keys", "Yes", note="With the neighbour")
    assert await page.evaluate(SIZES) == [528, 528, 528]


SIZES = """() => new Promise((done) => { indexedDB.open('homeward-offline').onsuccess = (e) => {
  e.target.result.transaction('answers').objectStore('answers').getAll().onsuccess = (all) =>
    done(all.target.result.map((row) => row.sealed.byteLength)); }; })"""
