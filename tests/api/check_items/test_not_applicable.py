"""*Does not apply* on an item that may block is refused alike at every door, and nothing typed is lost."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import pytest

from tests.api.changes.test_two_people import answer_at_once
from tests.api.check_items.test_pages import fields, item_of, opened
from tests.api.conftest import Door
from tests.api.signing_in import form_token, sign_in

ITEM, ASIDE, WHY = "two-carers", "not-applicable", "One carer and a ceiling hoist, says the therapist"
WORDS = "Say why this does not apply"


pytestmark = pytest.mark.usefixtures("second_form")


@pytest.fixture
async def case_id(door: Door, monkeypatch: pytest.MonkeyPatch) -> UUID:
    """A person who is moved with a hoist, in whose bedroom there is mould."""
    made = await door.referred(needs=["hoist"], tenure="social", pathway="1")
    await door.asked(made, "accept-referral")
    answer_at_once(door, monkeypatch)
    said = {"destination": "own-home", "moves-how": "hoisted", "tenure": "social", "damp-and-mould": "no"}
    await door.post(f"/api/v1/cases/{made}/commands", save(said), "coordinator")
    return made


def save(answers: dict[str, str], **more: Any) -> dict[str, Any]:
    return {"kind": "save-answers", "form": "home-check-2", "answers": answers, **more}


async def by_commands(door: Door, case_id: UUID, item: str, **more: Any) -> Any:
    body = {"kind": "confirm-item", "item": item, "value": ASIDE, **more}
    return await door.post(f"/api/v1/cases/{case_id}/commands", body, "coordinator")


async def by_many(door: Door, case_id: UUID, item: str, **more: Any) -> Any:
    body = save({item: ASIDE}, **more)
    return await door.post(f"/api/v1/cases/{case_id}/commands", body, "coordinator")


async def by_item(door: Door, case_id: UUID, item: str, **more: Any) -> Any:
    note = more.get("item_notes", {}).get(item)
    body = {"value": ASIDE, "note": note, "about_danger": bool(more.get("danger_items"))}
    headers = door.headers("coordinator")
    return await door.client.put(f"/api/v1/cases/{case_id}/check/items/{item}", json=body, headers=headers)


EVERY_DOOR = pytest.mark.parametrize("ask", [by_commands, by_many, by_item])


@EVERY_DOOR
async def test_given_a_door_when_no_words_say_why_then_it_is_refused_and_with_words_it_is_kept(
    door: Door, case_id: UUID, ask: Any
) -> None:
    refused = await ask(door, case_id, ITEM)
    found = refused.json()
    assert (refused.status_code, found["code"]) == (422, "why-not-applicable")
    assert (found["where"], found["title"]) == (f"item_notes.{ITEM}", WORDS)
    assert (await item_of(door, case_id, ITEM))["answer"] is None

    taken = await ask(door, case_id, ITEM, item_notes={ITEM: WHY})
    assert taken.status_code == 200, taken.text
    answer = (await item_of(door, case_id, ITEM))["answer"]
    assert (answer["value"], answer["text"], answer["counts_as"]) == (ASIDE, WHY, "yes")


@EVERY_DOOR
async def test_given_mould_in_a_rented_home_when_its_items_do_not_apply_then_no_words_help(
    door: Door, case_id: UUID, ask: Any
) -> None:
    for item in ("hazards-judged", "landlord-told", "room-meanwhile"):
        refused = await ask(door, case_id, item, item_notes={item: WHY})
        assert (refused.status_code, refused.json()["code"]) == (422, "item-applies"), item


@EVERY_DOOR
async def test_given_words_about_danger_when_they_say_why_then_they_are_refused_because_everybody_reads_them(
    door: Door, case_id: UUID, ask: Any
) -> None:
    refused = await ask(door, case_id, ITEM, item_notes={ITEM: "He hits her"}, danger_items=[ITEM])
    assert (refused.status_code, refused.json()["where"]) == (422, "danger_items")
    assert "under Safety" in refused.json()["reason"]


async def test_given_the_page_of_the_item_when_words_are_missing_then_it_comes_back_with_the_note_open(
    door: Door, case_id: UUID
) -> None:
    sign_in(door, "coordinator")
    address = f"/cases/{case_id}/check/items/{ITEM}"
    said = {f"known-{ITEM}": "told", f"told-{ITEM}": "daughter", f"name-{ITEM}": "Ms Example"}
    sent = await opened(door, address) | {ITEM: ASIDE, **said}
    back = await door.client.post(address, data=sent)
    assert back.status_code == 422
    assert f'href="#note-{ITEM}"' in back.text
    assert WORDS in back.text
    assert "Ms Example" in back.text, "what was typed is there again"
    checked = back.text.partition(f'value="{ASIDE}"')[2].partition(">")[0]
    assert "checked" in checked

    key = fields(back.text, address)["key"]
    again = await door.client.post(address, data=sent | {f"note-{ITEM}": WHY, "key": key})
    assert again.status_code == 303, again.text
    page = (await door.client.get(address)).text
    assert WHY in page


async def test_given_a_domain_page_when_a_script_saves_it_then_the_script_is_told_what_is_missing(
    door: Door, case_id: UUID
) -> None:
    sign_in(door, "coordinator")
    address = f"/cases/{case_id}/check/items/{ITEM}"
    sent = await opened(door, address) | {ITEM: ASIDE}
    told = await door.client.post(address, data=sent, headers={"accept": "application/json"})
    assert told.status_code == 422
    assert WORDS in told.json()["faults"][0]


async def test_given_an_answer_without_signal_when_words_are_missing_then_it_waits_and_says_so(
    door: Door, case_id: UUID
) -> None:
    session = sign_in(door, "coordinator")
    content = (await door.client.get(f"/cases/{case_id}/check/offline/content")).json()
    items = {each["code"]: each for each in content["items"]}
    assert items[ITEM]["explains"]
    assert "write why in the note" in items[ITEM]["help"]
    assert not items["nursing-care"]["explains"]
    said = {
        "form_token": form_token(door, session),
        "key": str(uuid4()),
        "form": "home-check-2",
        "item": ITEM,
        "value": ASIDE,
        "seen_at": "2026-03-02T09:00:00.000Z",
        "seconds_ago": "60",
        "seen_version": str(content["version"]),
    }
    where = f"/cases/{case_id}/check/offline/answers"
    refused = await door.client.post(where, data=said)
    assert (refused.status_code, refused.json()["outcome"]) == (422, "refused")
    assert refused.json()["title"] == WORDS
    sent = await door.client.post(where, data=said | {"key": str(uuid4()), "note": WHY})
    assert (sent.status_code, sent.json()["outcome"]) == (200, "accepted")
