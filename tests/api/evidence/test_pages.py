"""Photos on the pages: taken on a phone in a hallway, looked at, removed; and by a real browser."""

from __future__ import annotations

import asyncio
import io
import re
import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
import uvicorn
from axe_playwright_python.async_playwright import Axe
from PIL import Image
from playwright.async_api import Browser, async_playwright
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from discharge.store.engine import transaction
from discharge.store.tables import EvidenceFileRow, Person
from tests.api.conftest import RULES, Door
from tests.api.signing_in import form_token, sign_in
from tests.housing_checks.evidence.sent_files import TOLD, action, document, photo

STAIRS = "steps-stairs"
CHROMIUM = shutil.which("chromium")
PHONE = {"width": 360, "height": 740}


@pytest.fixture
async def case_id(door: Door) -> UUID:
    """A case of somebody in hospital, accepted by the housing lead."""
    made = await door.referred()
    await door.asked(made, "accept-referral")
    return made


def page_of(case_id: UUID, item: str = STAIRS) -> str:
    return f"/cases/{case_id}/check/items/{item}/files"


async def send(
    door: Door, case_id: UUID, *contents: bytes, role: str = "coordinator", **how: str
) -> httpx.Response:
    session = sign_in(door, role)
    files: list[Any] = [("file", ("IMG 14 Invented Row.jpg", each, "image/jpeg")) for each in contents]
    files.append(("file", ("", b"", "application/octet-stream")))  # the input that was left empty
    data = {"form_token": form_token(door, session), **how}
    answer = await door.client.post(page_of(case_id), data=data, files=files)
    await door.settle()
    return answer


async def test_given_several_files_then_each_is_on_the_item_with_who_added_it(
    door: Door, case_id: UUID
) -> None:
    sent = await send(door, case_id, photo(), document(), photo())
    assert sent.status_code == 303
    shown = (await door.client.get(sent.headers["location"])).text
    assert "2 files added. 1 file was here already." in shown
    assert "Document or report, 1 page" in shown
    assert shown.count("Added by Test coordinator on 2 March 2026") >= 2
    assert "Invented Row" not in shown


async def test_given_an_item_then_its_own_page_shows_its_photos_and_takes_more_and_how_answers_come_stays(
    door: Door, case_id: UUID
) -> None:
    sent = await send(door, case_id, photo(), page="item", through="visit", told_by="daughter")
    item = f"/cases/{case_id}/check/items/{STAIRS}"
    assert sent.headers["location"] == f"{item}?through=visit&told_by=daughter&added=1&there=0#files"
    shown = (await door.client.get(sent.headers["location"])).text
    path = await opened_page(door, case_id)
    assert f'<img src="{path}/thumbnail"' in shown
    assert f'action="{item}/files"' in shown
    assert "1 file added." in shown
    sign_in(door, "trust-monitor")
    assert "Photos and documents" not in (await door.client.get(item)).text
    sign_in(door, "coordinator")
    safety = (await door.client.get(f"/cases/{case_id}/check/items/safe-address")).text
    assert "Photos and documents" not in safety


async def test_given_files_of_which_some_are_refused_then_the_others_are_added_and_each_is_named_by_place(
    door: Door, case_id: UUID
) -> None:
    sent = await send(door, case_id, photo(), b"<svg/>", document(action("Launch", F="cmd.exe")))
    assert sent.status_code == 422
    assert "File 2: This kind of file is not accepted" in sent.text
    assert "File 3: The document holds a script or another file" in sent.text
    assert "1 file added." in sent.text


async def test_given_nothing_chosen_then_the_page_says_what_to_do(door: Door, case_id: UUID) -> None:
    sent = await send(door, case_id)
    assert (sent.status_code, "Take a photo, or choose a file" in sent.text) == (422, True)


async def test_given_a_file_that_is_refused_then_the_page_is_the_same_with_the_words_beside_the_field(
    door: Door, case_id: UUID
) -> None:
    on_item = await send(door, case_id, b"<svg/>", photo(), page="item", through="visit", told_by="daughter")
    assert on_item.status_code == 415
    assert "<title>Error: " in on_item.text
    assert f'action="/cases/{case_id}/check/items/{STAIRS}"' in on_item.text, "the item, with its answer"
    field = on_item.text.partition('for="file"')[2].partition('id="file"')[0]
    assert "File 1: This kind of file is not accepted" in field
    assert "1 file added." in on_item.text
    assert re.search(r'name="told_by" value="daughter"', on_item.text)
    on_files = await send(door, case_id, b"<svg/>")
    assert on_files.status_code == 415
    assert f'action="/cases/{case_id}/check/items/{STAIRS}"' not in on_files.text
    assert "This kind of file is not accepted" in on_files.text.partition('for="file"')[2]


async def test_given_a_photo_taken_now_that_is_refused_then_the_words_stand_beside_the_camera(
    door: Door, case_id: UUID
) -> None:
    session = sign_in(door, "coordinator")
    data = {"form_token": form_token(door, session), "page": "item"}
    sent = await door.client.post(
        page_of(case_id), data=data, files=[("photo", ("a.jpg", b"<svg/>", "image/jpeg"))]
    )
    assert sent.status_code == 415
    beside = sent.text.partition('for="photo"')[2].partition('id="photo"')[0]
    assert "This kind of file is not accepted" in beside
    assert "not accepted" not in sent.text.partition('for="file"')[2].partition('id="file"')[0]


async def test_given_more_files_than_go_together_then_none_is_added_and_the_field_says_so(
    door: Door, case_id: UUID
) -> None:
    sent = await send(door, case_id, *[photo()] * 6, page="item")
    assert sent.status_code == 422
    assert "Choose at most 5 files at once. None was added" in sent.text.partition('for="file"')[2]
    assert "None yet." in sent.text


async def test_given_a_form_of_somebody_else_then_nothing_is_added(
    door: Door, case_id: UUID, worker: AsyncEngine
) -> None:
    sign_in(door, "coordinator")
    files = {"file": ("a.jpg", photo(), "image/jpeg")}
    sent = await door.client.post(page_of(case_id), data={"form_token": "x"}, files=files)
    assert sent.status_code == 403
    async with transaction(worker) as session:
        assert (await session.scalars(select(EvidenceFileRow))).all() == []


async def opened_page(door: Door, case_id: UUID) -> str:
    """The address of the page of the only file."""
    listing = (await door.client.get(page_of(case_id))).text
    (found,) = set(re.findall(rf'href="(/cases/{case_id}/evidence/[0-9a-f-]{{36}})"', listing))
    return str(found)


async def test_given_a_photo_then_it_opens_on_a_page_and_no_script_of_it_could_run(
    door: Door, case_id: UUID
) -> None:
    await send(door, case_id, photo())
    path = await opened_page(door, case_id)
    assert f'<img class="hw-photo" src="{path}/picture"' in (await door.client.get(path)).text
    for end, how in (("picture", "inline"), ("thumbnail", "inline"), ("content", "attachment")):
        answer = await door.client.get(f"{path}/{end}")
        assert answer.headers["content-disposition"].startswith(f"{how}; filename=")
        assert answer.headers["content-security-policy"].startswith("default-src 'none'; sandbox")
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cache-control"] == "no-store"
        assert TOLD not in answer.content
        Image.open(io.BytesIO(answer.content)).load()


async def test_given_a_document_then_no_page_shows_it_within(door: Door, case_id: UUID) -> None:
    await send(door, case_id, document())
    path = await opened_page(door, case_id)
    assert "<img" not in (await door.client.get(path)).text
    answer = await door.client.get(f"{path}/picture")
    assert answer.headers["content-disposition"].startswith("attachment")


async def test_given_a_hidden_person_then_the_page_says_withheld_and_opens_nothing(
    door: Door, case_id: UUID, worker: AsyncEngine
) -> None:
    await send(door, case_id, photo())
    path = await opened_page(door, case_id)
    async with transaction(worker) as session:
        await session.execute(update(Person).values(hidden_by_feed=True))
    shown = (await door.client.get(page_of(case_id))).text
    assert "Withheld: the person&#39;s whereabouts are hidden." in shown
    assert "<img" not in shown
    for end in ("", "/picture", "/thumbnail", "/content"):
        assert (await door.client.get(path + end)).status_code == 403


async def test_given_a_photo_added_in_error_then_it_is_removed_with_a_reason(
    door: Door, case_id: UUID
) -> None:
    await send(door, case_id, photo())
    path = await opened_page(door, case_id)
    session = sign_in(door, "discharge-team")
    asked = (await door.client.get(f"{path}/remove")).text
    assert "cannot be brought back" in asked
    data = {"form_token": form_token(door, session), "key": str(uuid4())}
    empty = await door.client.post(f"{path}/remove", data=data)
    assert (empty.status_code, "Choose why it is to be removed" in empty.text) == (422, True)
    sent = await door.client.post(f"{path}/remove", data=data | {"reason": "shows-too-much"})
    assert sent.status_code == 303
    await door.settle()
    shown = (await door.client.get(page_of(case_id))).text
    assert "Photo, removed" in shown
    assert "It shows more than is needed, such as a face or a letter." in shown
    assert (await door.client.get(f"{path}/picture")).status_code == 404


async def test_given_somebody_who_neither_added_it_nor_leads_then_no_way_to_remove_it_is_shown(
    door: Door, case_id: UUID, owner: AsyncEngine
) -> None:
    await send(door, case_id, photo())
    path = await opened_page(door, case_id)
    await door.asked(case_id, "record-sharing-basis", basis="consent")
    council = {"kind": "add-participant", "organisation_id": str(door.places.landlord), "role": "council"}
    await door.post(f"/api/v1/cases/{case_id}/commands", council, "coordinator")
    await door.settle()
    session = sign_in(door, "coordinator", "LANDLORD")
    assert "/remove" not in (await door.client.get(page_of(case_id))).text
    assert (await door.client.get(f"{path}/remove")).status_code == 403
    data = {"form_token": form_token(door, session), "key": "k", "reason": "unclear"}
    await door.client.post(f"{path}/remove", data=data)
    await door.settle()
    assert (await door.client.get(f"{path}/picture")).status_code == 200


@pytest.mark.parametrize(
    ("role", "org"), [("coordinator", "STRANGER"), ("trust-monitor", "TRUST"), ("admin", "HOUSING")]
)
async def test_given_a_stranger_or_another_role_then_no_page_of_it_opens(
    door: Door, case_id: UUID, role: str, org: str
) -> None:
    await send(door, case_id, photo())
    path = await opened_page(door, case_id)
    sign_in(door, role, org)
    for each in (
        page_of(case_id),
        path,
        f"{path}/picture",
        f"{path}/thumbnail",
        f"{path}/content",
        f"{path}/remove",
    ):
        assert (await door.client.get(each)).status_code in (403, 404), each


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        launched = await playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield launched
        await launched.close()


@pytest.fixture
async def address(door: Door) -> AsyncIterator[str]:
    """The application of the door, served on a free port."""
    server = uvicorn.Server(uvicorn.Config(door.app, port=0, log_level="error", lifespan="off"))
    running = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    await running


@pytest.mark.slow
@pytest.mark.browser
@pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")
async def test_given_a_phone_in_a_hallway_then_a_photo_is_taken_looked_at_and_fits_the_screen(
    door: Door, case_id: UUID, browser: Browser, address: str, tmp_path: Path
) -> None:
    sign_in(door, "coordinator")
    context = await browser.new_context(viewport=PHONE)  # type: ignore[arg-type]
    name, value = next(iter(door.client.cookies.items()))
    await context.add_cookies([{"name": name, "value": value, "url": address}])
    page = await context.new_page()
    taken = tmp_path / "Edith Ashdown.jpg"
    taken.write_bytes(photo(size=(1200, 900)))
    await page.goto(f"{address}/cases/{case_id}/check/items/{STAIRS}")
    await page.get_by_label("No", exact=True).check()
    await page.get_by_text("How it is known, and a note").click()
    await page.locator(f'[name="note-{STAIRS}"]').fill("Twelve steep steps")
    camera = page.get_by_label("Take a photo")
    assert await camera.get_attribute("capture") == "environment"
    await camera.set_input_files(taken)
    await page.get_by_role("button", name="Add").click()
    await page.get_by_text("1 file added.").wait_for()
    await door.settle()
    await page.reload()
    assert await page.get_by_text("Twelve steep steps").count(), "what was typed is saved with the photo"
    small = page.locator(".hw-photos img")
    assert await small.evaluate("each => each.decode().then(() => each.naturalWidth)") == 320
    assert await page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    assert (await Axe().run(page, options=RULES)).violations_count == 0
    await page.locator(".hw-photos a").first.click()
    large = page.locator("img.hw-photo")
    await large.wait_for()
    assert await large.evaluate("each => each.decode().then(() => each.naturalWidth)") == 1200
    assert await page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    assert (await Axe().run(page, options=RULES)).violations_count == 0
    assert "Ashdown.jpg" not in await page.content()
    await context.close()


async def test_given_the_check_then_each_item_that_takes_photos_leads_to_them_without_losing_answers(
    door: Door, case_id: UUID
) -> None:
    sign_in(door, "coordinator")
    shown = (await door.client.get(f"/cases/{case_id}/check/all")).text
    link = re.search(rf'<a href="{page_of(case_id)}"[^>]*>', shown)
    assert link
    assert 'target="_blank"' in link.group()
    assert page_of(case_id, "safe-address") not in shown
