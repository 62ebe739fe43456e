"""Words that do not belong on a case are withdrawn. Those about danger go to the people named for safety; for
everybody else the two are alike.
"""

from __future__ import annotations

import asyncio
import re
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from discharge.store.base import Base
from discharge.store.engine import transaction
from tests.api.conftest import Door
from tests.api.safety.scene import ADVISER, NURSE, acted, advised, disclosed, get, post
from tests.api.signing_in import form_token, sign_in

WORDS = "Her husband hits her"
COLLEAGUE, HOUSING = "a-colleague", "a-housing-officer"


@pytest.fixture
async def case_id(door: Door, second_form: None) -> UUID:
    made = await door.referred()
    await door.asked(made, "accept-referral")
    await advised(door)
    return made


async def noted(door: Door, case_id: UUID, words: str = WORDS, **more: Any) -> str:
    """Somebody writes a note; its id."""
    sent = {"kind": "add-note", "note": words} | more
    answer = await post(door, f"/api/v1/cases/{case_id}/commands", sent, NURSE)
    assert answer.status_code in (200, 202), answer.text
    await door.settle()
    notes = (await get(door, f"/api/v1/cases/{case_id}/timeline", COLLEAGUE)).json()["notes"]
    return str(next(each["note_id"] for each in notes if each["text"] == words))


async def withdrawn(
    door: Door, case_id: UUID, note: str, subject: str = NURSE, *, danger: bool = True, **headers: str
) -> dict[str, Any]:
    path = f"/api/v1/cases/{case_id}/notes/{note}/withdraw"
    answer = await post(door, path, {"about_danger": danger}, subject, **headers)
    return dict(answer.json()) | {"status": answer.status_code}


async def tables(owner: AsyncEngine) -> dict[str, str]:
    """What every table outside the annex holds."""
    async with transaction(owner) as session:
        return {
            name: str(await session.scalar(text(f"SELECT string_agg(t::text, '|') FROM {name} AS t")))
            for name in Base.metadata.tables
            if not name.startswith("safety_")
        }


async def shown(door: Door, case_id: UUID, subject: str = COLLEAGUE) -> str:
    """What somebody reads of a case wherever its words could stand."""
    found = []
    for path in ("", "/timeline", "/check/items", "/check/items/fears", "/check"):
        found.append((await get(door, f"/api/v1/cases/{case_id}{path}", subject)).text)
    found.append((await get(door, "/fhir/R4/QuestionnaireResponse?based-on=" + str(case_id), subject)).text)
    sign_in(door, "coordinator", "HOUSING")
    for path in ("", "/check", "/check/items/fears", "/check/domains/the-person"):
        found.append((await door.client.get(f"/cases/{case_id}{path}")).text)
    return "\n".join(found)


async def test_given_a_note_about_danger_when_it_is_moved_then_named_people_and_the_mover_alone_read_it(
    door: Door, case_id: UUID, owner: AsyncEngine
) -> None:
    note = await noted(door, case_id)
    assert WORDS in await shown(door, case_id)

    answer = await withdrawn(door, case_id, note)

    assert answer["status"] == 200
    assert (answer["note"]["text"], answer["note"]["withdrawn_by"] is None) == ("", False)
    assert answer["who_reads"] == "Test discharge-team reads what you wrote about danger."
    told = await shown(door, case_id)
    assert WORDS not in told
    assert "The words were withdrawn by Test discharge-team on" in told
    assert [name for name, rows in (await tables(owner)).items() if WORDS in rows] == []
    adviser = (await get(door, f"/api/v1/cases/{case_id}/safety", ADVISER)).json()
    (entry,) = adviser["entries"]
    assert (entry["words"]["note"], entry["event"]["came_with"]) == (WORDS, "withdrawn-note")
    mover = (await get(door, f"/api/v1/cases/{case_id}/safety", NURSE)).json()
    assert mover["entries"][0]["words"]["note"] == WORDS
    assert (await get(door, f"/api/v1/cases/{case_id}/safety", COLLEAGUE)).json()["entries"] == []


async def test_given_words_of_an_answer_when_moved_then_no_place_holds_them_and_it_is_answered_anew(
    door: Door, case_id: UUID, owner: AsyncEngine
) -> None:
    said = {"kind": "confirm-item", "item": "fears", "value": "written", "item_notes": {"fears": WORDS}}
    await post(door, f"/api/v1/cases/{case_id}/commands", said, NURSE)
    await door.settle()
    item = (await get(door, f"/api/v1/cases/{case_id}/check/items/fears", NURSE)).json()["answer"]
    assert (item["text"], item["withdrawn"]) == (WORDS, False)

    await withdrawn(door, case_id, item["note_id"])

    assert WORDS not in await shown(door, case_id)
    assert [name for name, rows in (await tables(owner)).items() if WORDS in rows] == []
    after = (await get(door, f"/api/v1/cases/{case_id}/check/items/fears", NURSE)).json()["answer"]
    assert (after["text"], after["withdrawn"], after["value"]) == (None, True, "written")
    again = said | {"item_notes": {"fears": "The stairs"}}
    await post(door, f"/api/v1/cases/{case_id}/commands", again, NURSE)
    await door.settle()
    stands = (await get(door, f"/api/v1/cases/{case_id}/check/items/fears", NURSE)).json()["answer"]
    assert (stands["text"], stands["withdrawn"]) == ("The stairs", False)
    read = (await get(door, f"/api/v1/cases/{case_id}/safety", ADVISER)).json()["entries"]
    assert read[0]["words"]["fears"] == WORDS


async def test_given_copies_were_read_when_the_words_are_moved_then_the_adviser_is_told_by_whom(
    door: Door, case_id: UUID
) -> None:
    note = await noted(door, case_id)
    await get(door, f"/api/v1/cases/{case_id}/timeline", HOUSING, "HOUSING")
    await withdrawn(door, case_id, note)
    entry = (await get(door, f"/api/v1/cases/{case_id}/safety", ADVISER)).json()["entries"][0]
    assert re.search(r"Test discharge-team, .*Housing", entry["words"]["read-by"])


OF_EACH = re.compile(
    r"[0-9a-f]{8}-[0-9a-f-]{27}|\d{4}-\d\d-\d\dT[\d:.]+Z?|\d\d? \w{3,9} \d{4}(, | at )?(\d\d:\d\d)?"
    r'|name="(form_token|key)" value="[^"]*|nonce-[\w-]+'
)


async def test_given_twins_when_one_note_is_erased_and_one_moved_then_nobody_else_can_tell_them_apart(
    door: Door, case_id: UUID, owner: AsyncEngine
) -> None:
    before = await shown(door, case_id)
    twins = [await noted(door, case_id, words) for words in ("Erased", "Moved!")]
    await disclosed(door, case_id)  # from then on the adviser is named, and confirms
    kept = []
    for note, danger in zip(twins, (False, True), strict=True):
        said = await acted(door, case_id, {"kind": "safety-confirmed"}, reason="Asked")
        assert (said.status_code, said.json()["safety"]["confirmed"]) == (201, True), said.text
        await withdrawn(door, case_id, note, danger=danger)
        line = (await get(door, f"/api/v1/cases/{case_id}", COLLEAGUE)).json()["safety"]["confirmed"]
        async with transaction(owner) as session:
            query = "SELECT text, item, withdrawn_at IS NULL, withdrawn_by FROM notes WHERE id = :id"
            row = tuple((await session.execute(text(query), {"id": note})).one())
            query = "SELECT action, detail, user_id FROM audit_writes WHERE subject = :id"
            audit = [tuple(each) for each in await session.execute(text(query), {"id": note})]
        page = (await get(door, f"/cases/{case_id}/notes/{note}/withdraw", COLLEAGUE)).text
        kept.append((line, row, audit, OF_EACH.sub("", page)))
    assert kept[0] == kept[1]
    assert kept[0][0] is False, "a confirmation ends with both"
    assert before != await shown(door, case_id)


async def test_given_the_same_again_then_nothing_changes_and_another_is_told_that_it_was_done(
    door: Door, case_id: UUID
) -> None:
    note = await noted(door, case_id)
    first = await withdrawn(door, case_id, note)
    again = await withdrawn(door, case_id, note)
    assert first == again
    for subject, danger in ((COLLEAGUE, True), (COLLEAGUE, False), (NURSE, False)):
        answer = await withdrawn(door, case_id, note, subject, danger=danger)
        assert (answer["status"], answer["code"]) == (409, "words-withdrawn")
    entries = (await get(door, f"/api/v1/cases/{case_id}/safety", ADVISER)).json()["entries"]
    assert len(entries) == 1


async def test_given_two_at_once_then_one_withdraws_and_the_other_is_told_so(
    door: Door, case_id: UUID
) -> None:
    note = await noted(door, case_id)
    answers = await asyncio.gather(
        *(withdrawn(door, case_id, note, who) for who in (NURSE, COLLEAGUE)),
    )
    assert sorted(each["status"] for each in answers) == [200, 409]
    entries = (await get(door, f"/api/v1/cases/{case_id}/safety", ADVISER)).json()["entries"]
    assert [each["words"]["note"] for each in entries] == [WORDS]


async def test_given_who_may_not_read_or_write_then_no_note_is_withdrawn(door: Door, case_id: UUID) -> None:
    note = await noted(door, case_id)
    path, body = f"/api/v1/cases/{case_id}/notes/{note}/withdraw", {"about_danger": True}
    for role, org, status in (
        ("trust-monitor", "TRUST", 403),
        ("operator", "TRUST", 403),
        ("coordinator", "STRANGER", 404),
        ("coordinator", "LANDLORD", 404),
    ):
        answer = await door.post(path, body, role, org)
        assert answer.status_code == status, (role, org, answer.text)
    assert await noted(door, case_id, "Another") != note
    assert WORDS in await shown(door, case_id)


async def test_given_the_page_when_words_are_moved_then_it_says_what_is_left(
    door: Door, case_id: UUID
) -> None:
    note = await noted(door, case_id)
    session = sign_in(door, "coordinator", "HOUSING")
    page = await door.client.get(f"/cases/{case_id}")
    path = f"/cases/{case_id}/notes/{note}/withdraw"
    assert f'href="{path}"' in page.text
    asked = (await door.client.get(path)).text
    assert WORDS in asked
    assert "give them to the people named for safety" in asked
    sent = {"form_token": form_token(door, session), "key": "k"}
    nothing = await door.client.post(path, data=sent)
    assert (nothing.status_code, "Choose what is to become of the words" in nothing.text) == (422, True)
    done = await door.client.post(path, data=sent | {"words": "danger"})
    assert (done.status_code, done.headers["location"]) == (303, path)
    left = (await door.client.get(path)).text
    assert WORDS not in left
    assert "The words were withdrawn by" in left
    assert f'href="{path}"' not in (await door.client.get(f"/cases/{case_id}")).text
    twice = await door.client.post(path, data=sent | {"words": "erase"})
    assert (twice.status_code, "withdrawn already" in twice.text) == (409, True)
