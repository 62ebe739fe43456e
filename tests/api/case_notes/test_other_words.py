"""Words with a contact, with a name to know the ward, or as the reason of a command are withdrawn as a note
is: erased, or given to the people named for safety, and alike for everybody else.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from discharge.store.engine import transaction
from discharge.store.tables import NoteRow
from tests.api.case_notes.test_withdraw import COLLEAGUE, tables, withdrawn
from tests.api.conftest import Door
from tests.api.place_readers.test_place_readers import HIDE, WARD, name
from tests.api.safety.scene import ADVISER, NURSE, advised, get, post
from tests.api.signing_in import form_token, sign_in
from tests.fhir_adapters.hl7v2.conftest import Intake, intake  # noqa: F401 - a feed of the trust
from tests.fhir_adapters.hl7v2.samples import Sample

WORDS = "Her husband hits her"
NUMBER = "01632 960077"


@pytest.fixture
async def case_id(door: Door) -> UUID:
    made = await door.referred()
    await door.asked(made, "accept-referral")
    await advised(door)
    return made


async def contact(door: Door, case_id: UUID, **said: Any) -> str:
    """Somebody to call, with words that do not belong there; the contact's id."""
    body = {"role": "carer", "name": "Ruth", "phone": NUMBER, "source": "tried", "about": WORDS} | said
    answer = await post(door, f"/api/v1/cases/{case_id}/contact-details", body, NURSE)
    assert answer.status_code == 201, answer.text
    return str(next(each for each in answer.json()["contacts"] if each["phone"] == NUMBER)["contact_id"])


async def reasoned(door: Door, case_id: UUID, **said: Any) -> tuple[str, str]:
    """A command with a reason in words; its id, and that of the note that holds the reason."""
    body = {"kind": "flag-homelessness", "flag": "no", "reason": WORDS} | said
    answer = await post(door, f"/api/v1/cases/{case_id}/commands", body, NURSE)
    await door.settle()
    notes = (await get(door, f"/api/v1/cases/{case_id}/timeline", NURSE)).json()["notes"]
    command = str(answer.json()["command_id"])
    return command, next((each["note_id"] for each in notes if each["command_id"] == command), "")


async def test_given_a_reason_that_speaks_of_danger_when_sent_so_then_it_goes_to_the_advisers_at_once(
    door: Door, case_id: UUID, owner: AsyncEngine
) -> None:
    assert (await reasoned(door, case_id, about_danger=True))[1] == ""
    assert await kept(owner) == []
    [entry] = (await get(door, f"/api/v1/cases/{case_id}/safety", ADVISER)).json()["entries"]
    assert entry["words"] == {"command-reason": WORDS}


async def test_given_a_reason_in_a_code_then_it_stays_with_what_happened(door: Door, case_id: UUID) -> None:
    command, note = await reasoned(door, case_id, reason="a-slip")
    events = (await get(door, f"/api/v1/cases/{case_id}/timeline", NURSE)).json()["events"]
    assert ([each["reason"] for each in events if each["command_id"] == command], note) == (["a-slip"], "")


async def kept(owner: AsyncEngine) -> list[str]:
    """The tables outside the annex that hold the words."""
    return [name for name, rows in (await tables(owner)).items() if WORDS in rows]


async def told(door: Door, case_id: UUID) -> str:
    """What a colleague reads where the words could stand."""
    api = [(await get(door, f"/api/v1/cases/{case_id}{each}", COLLEAGUE)).text for each in PATHS]
    sign_in(door, "discharge-team", "TRUST")
    pages = [(await door.client.get(f"/cases/{case_id}{each}")).text for each in ("", "/contact-details")]
    return "\n".join((*api, *pages))


PATHS = ("", "/timeline", "/contact-details")


@pytest.mark.parametrize("danger", [True, False])
async def test_given_a_contact_when_its_words_are_withdrawn_then_they_are_gone_and_the_number_stays(
    door: Door, case_id: UUID, owner: AsyncEngine, danger: bool
) -> None:
    held = await contact(door, case_id)
    fixed = {"role": "carer", "name": "Ruth", "phone": NUMBER, "source": "tried", "reason": WORDS}
    path = f"/api/v1/cases/{case_id}/contact-details/{held}/correct"
    assert (await post(door, path, fixed, NURSE)).status_code == 200
    assert await kept(owner) == ["contact_entries"]

    answer = await withdrawn(door, case_id, held, danger=danger)

    assert (answer["status"], answer["note"]["text"], answer["note"]["item"]) == (200, "", "who-to-call")
    assert await kept(owner) == []
    shown = await told(door, case_id)
    assert WORDS not in shown
    assert NUMBER in shown
    assert "The words were withdrawn by Test discharge-team on" in shown
    entries = (await get(door, f"/api/v1/cases/{case_id}/safety", ADVISER)).json()["entries"]
    read = [each["words"]["who-to-call"] for each in entries]
    assert len(read) == danger
    assert all(WORDS in each and NUMBER in each for each in read)
    again = await withdrawn(door, case_id, held, danger=danger)
    assert again["status"] == 200
    other = await withdrawn(door, case_id, held, danger=not danger)
    assert (other["status"], other["code"]) == (409, "words-withdrawn")


async def test_given_a_contact_who_is_not_safe_to_ring_when_withdrawn_then_name_and_mark_stay(
    door: Door, case_id: UUID
) -> None:
    held = await contact(door, case_id, safe_to_ring="no")
    assert (await withdrawn(door, case_id, held))["status"] == 200
    listed = (await get(door, f"/api/v1/cases/{case_id}/contact-details", COLLEAGUE)).json()["contacts"]
    [found] = [each for each in listed if each["contact_id"] == held]
    assert (found["phone"], found["mark"], found["versions"][0]["name"]) == (NUMBER, "not-safe", "Ruth")
    assert found["versions"][0]["about"] is None


async def test_given_a_contact_that_was_withdrawn_when_written_anew_then_it_can_be_withdrawn_again(
    door: Door, case_id: UUID, owner: AsyncEngine
) -> None:
    held = await contact(door, case_id)
    await withdrawn(door, case_id, held, danger=False)
    fixed = {"role": "carer", "name": "Ruth", "phone": NUMBER, "source": "tried", "about": WORDS}
    await post(door, f"/api/v1/cases/{case_id}/contact-details/{held}/correct", fixed, NURSE)
    assert (await withdrawn(door, case_id, held))["status"] == 200
    assert await kept(owner) == []
    [entry] = (await get(door, f"/api/v1/cases/{case_id}/safety", ADVISER)).json()["entries"]
    assert WORDS in entry["words"]["who-to-call"]


async def test_given_a_restricted_contact_then_who_may_not_read_it_cannot_withdraw_it(
    door: Door, case_id: UUID, owner: AsyncEngine
) -> None:
    council = {"restricted": True}
    held = await contact(door, case_id, **council)
    async with transaction(owner) as session:
        assert await session.get(NoteRow, UUID(held)) is None
    path = f"/api/v1/cases/{case_id}/notes/{held}/withdraw"
    stranger = await door.post(path, {"about_danger": False}, "coordinator", "STRANGER")
    assert stranger.status_code == 404
    assert await kept(owner) == ["contact_entries"]
    assert (await withdrawn(door, case_id, held))["status"] == 200
    assert await kept(owner) == []


@pytest.mark.parametrize("danger", [True, False])
async def test_given_the_reason_of_a_command_when_withdrawn_then_the_event_stays_without_it(
    door: Door, case_id: UUID, owner: AsyncEngine, danger: bool
) -> None:
    command, note = await reasoned(door, case_id)
    assert f"Reason: {WORDS}" in await told(door, case_id)
    assert await kept(owner) == ["notes"]

    answer = await withdrawn(door, case_id, note, danger=danger)

    assert (answer["status"], answer["note"]["item"]) == (200, "command-reason")
    assert await kept(owner) == []
    shown = await told(door, case_id)
    assert WORDS not in shown
    assert "The words were withdrawn by Test discharge-team on" in shown
    events = (await get(door, f"/api/v1/cases/{case_id}/timeline", COLLEAGUE)).json()["events"]
    [event] = [each for each in events if each["command_id"] == command]
    assert (event["event"]["flag"], event["reason"]) == ("no", None)
    entries = (await get(door, f"/api/v1/cases/{case_id}/safety", ADVISER)).json()["entries"]
    assert [each["words"]["command-reason"] for each in entries] == [WORDS] * danger


async def test_given_a_supplier_or_a_stranger_then_they_withdraw_nothing_of_others(
    door: Door, case_id: UUID, owner: AsyncEngine
) -> None:
    held, (_, reason) = await contact(door, case_id), await reasoned(door, case_id)
    for words in (held, reason):
        path = f"/api/v1/cases/{case_id}/notes/{words}/withdraw"
        for org in ("STRANGER", "LANDLORD"):
            assert (await door.post(path, {"about_danger": True}, "coordinator", org)).status_code == 404
    assert set(await kept(owner)) == {"contact_entries", "notes"}


async def test_given_the_page_of_contacts_when_somebody_withdraws_there_then_the_page_says_so(
    door: Door, case_id: UUID
) -> None:
    held = await contact(door, case_id)
    path = f"/cases/{case_id}/notes/{held}/withdraw"
    session = sign_in(door, "discharge-team", "TRUST")
    assert path in (await door.client.get(f"/cases/{case_id}/contact-details")).text
    page = (await door.client.get(path)).text
    assert WORDS in page
    assert "Who to call. The number stays" in page
    form = {"form_token": form_token(door, session), "key": "k", "words": "erase"}
    done = await door.client.post(path, data=form)
    assert done.status_code == 303, done.text
    after = (await door.client.get(f"/cases/{case_id}/contact-details")).text
    assert WORDS not in after
    assert path not in after


async def test_given_why_somebody_may_see_the_ward_when_withdrawn_then_the_name_stays(
    door: Door,
    owner: AsyncEngine,
    intake: Intake,  # noqa: F811
) -> None:
    door.clock.now = datetime.now(UTC)
    await intake.take(Sample(more={"PV1": {3: f"RXH^{WARD}^B1^RXH01"}, **HIDE}).raw())
    case_id = await door.referred()
    await door.asked(case_id, "accept-referral")
    await advised(door)
    await door.get("/api/v1/cases", "coordinator")
    answer = await name(door, case_id, reason=WORDS)
    [reader] = answer.json()["readers"]
    assert await kept(owner) == ["place_readers"]

    done = await withdrawn(door, case_id, reader["reader_id"])

    assert (done["status"], done["note"]["item"]) == (200, "place-reader")
    assert await kept(owner) == []
    listed = (await door.get(f"/api/v1/cases/{case_id}/place-readers")).json()["readers"]
    assert [(each["in_force"], each["reason"]) for each in listed] == [(True, "")]
    [entry] = (await get(door, f"/api/v1/cases/{case_id}/safety", ADVISER)).json()["entries"]
    assert entry["words"]["place-reader"] == WORDS
    sign_in(door, "discharge-team", "TRUST")
    assert "The words were withdrawn" in (await door.client.get(f"/cases/{case_id}/place-readers")).text
