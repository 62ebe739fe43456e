"""Photos and documents of a hazard: added like those of an item, seen by the landlord that was told of it."""

from __future__ import annotations

import re
from uuid import UUID

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from discharge.store.engine import transaction
from discharge.store.tables import EvidenceContentRow, EvidenceFileRow, Person
from tests.api.conftest import Door, Looking
from tests.api.evidence.test_evidence import added, listed, remove, send
from tests.api.hazards.test_paper_case_seven import MOULD, accepted, hazards, the_couple
from tests.api.signing_in import form_token, sign_in
from tests.housing_checks.evidence.sent_files import TOLD, document, photo

DAMP, COLD, STAIRS = "hazard/1", "hazard/2", "steps-stairs"


@pytest.fixture
async def case_id(door: Door) -> UUID:
    """A social tenant's case with two hazards."""
    made = await the_couple(door)
    await accepted(door, made, "record-hazard", **MOULD)
    await accepted(door, made, "record-hazard", **{**MOULD, "hazard_code": "excess-cold"})
    return made


async def tell_landlord(door: Door, case_id: UUID, hazard: str = DAMP) -> None:
    told = {"hazard": hazard, "told_by": "coordinator", "channel": "phone"}
    await accepted(door, case_id, "record-landlord-told", landlord_id=str(door.places.landlord), **told)


async def let_in(door: Door, case_id: UUID) -> None:
    part = {"organisation_id": str(door.places.landlord), "role": "landlord", "basis": "consent"}
    body = {"kind": "add-participant", **part}
    answer = await door.post(f"/api/v1/cases/{case_id}/commands", body, "coordinator")
    assert answer.status_code == 202, answer.text
    await door.settle()


async def test_given_a_photo_of_a_hazard_then_it_is_there_without_its_place_and_the_hazard_names_it(
    door: Door, case_id: UUID
) -> None:
    file_id = await added(door, case_id, item=DAMP)
    (file,) = await listed(door, case_id)
    assert (file["item"], file["file_id"], file["state"]) == (DAMP, file_id, "kept")
    assert TOLD not in (await door.get(file["content_url"], "coordinator")).content
    damp, cold = (await hazards(door, case_id))["hazards"]
    assert (damp["file_ids"], cold["file_ids"]) == ([file_id], [])
    again = await send(door, case_id, photo(), item=DAMP)
    assert again.json()["repeated"] is True
    await remove(door, case_id, file_id, "coordinator")
    assert (await hazards(door, case_id))["hazards"][0]["file_ids"] == []


@pytest.mark.parametrize("hazard", ["hazard/9", "hazard/", "hazard/../1"])
async def test_given_a_hazard_that_the_case_does_not_have_then_nothing_is_added(
    door: Door, case_id: UUID, hazard: str
) -> None:
    answer = await send(door, case_id, photo(), item=hazard)
    assert answer.json()["code"] == "no-such-item"


async def test_given_a_landlord_then_it_sees_the_photos_of_its_hazard_once_it_was_told_and_no_others(
    door: Door, case_id: UUID, api: AsyncEngine
) -> None:
    own = await added(door, case_id, item=DAMP)
    other = await added(door, case_id, photo(size=(60, 40)), item=COLD)
    item = await added(door, case_id, photo(size=(50, 40)), item=STAIRS)
    await let_in(door, case_id)
    assert await seen_by(door, case_id) == []
    await tell_landlord(door, case_id)
    assert await seen_by(door, case_id) == [own]
    assert await kept_by_postgres(api, door.places.landlord) == {UUID(own)}
    for file_id, status in ((own, 200), (other, 404), (item, 404)):
        for end in ("content", "thumbnail"):
            path = f"/api/v1/cases/{case_id}/evidence/{file_id}/{end}"
            assert (await door.get(path, "coordinator", "LANDLORD")).status_code == status, path
    case = (await door.get(f"/api/v1/cases/{case_id}", "coordinator", "LANDLORD")).text
    assert own in case
    assert other not in case
    assert item not in case
    assert (await send(door, case_id, document(), item=DAMP, org="LANDLORD")).status_code == 403


async def seen_by(door: Door, case_id: UUID) -> list[str]:
    answer = await door.get(f"/api/v1/cases/{case_id}/evidence", "coordinator", "LANDLORD")
    assert answer.status_code == 200, answer.text
    return [each["file_id"] for each in answer.json()["files"]]


async def kept_by_postgres(api: AsyncEngine, organisation: UUID) -> set[UUID]:
    """What PostgreSQL gives of files and of what they show, whatever the application asks."""
    async with transaction(api, organisation_id=organisation) as session:
        digests = set(await session.scalars(select(EvidenceContentRow.sha256)))
        rows = list(await session.scalars(select(EvidenceFileRow)))
    assert digests == {each.sha256 for each in rows}
    return {each.id for each in rows}


async def test_given_another_landlord_is_told_instead_or_its_part_ends_then_the_first_sees_no_photo_any_more(
    door: Door, case_id: UUID, api: AsyncEngine
) -> None:
    await added(door, case_id, item=DAMP)
    await let_in(door, case_id)
    await tell_landlord(door, case_id)
    assert len(await kept_by_postgres(api, door.places.landlord)) == 1
    await accepted(door, case_id, "correct-hazard", hazard=DAMP, landlord_id=str(door.places.stranger))
    assert await kept_by_postgres(api, door.places.landlord) == set()
    assert await seen_by(door, case_id) == []


async def test_given_a_hidden_person_then_the_landlord_is_shown_no_photo(
    door: Door, case_id: UUID, api: AsyncEngine, worker: AsyncEngine
) -> None:
    file_id = await added(door, case_id, item=DAMP)
    await let_in(door, case_id)
    await tell_landlord(door, case_id)
    async with transaction(worker) as session:
        await session.execute(update(Person).values(hidden_by_feed=True))
    path = f"/api/v1/cases/{case_id}/evidence/{file_id}/content"
    assert (await door.get(path, "coordinator", "LANDLORD")).status_code in (403, 404)
    async with transaction(api, organisation_id=door.places.landlord) as session:
        assert list(await session.scalars(select(EvidenceContentRow.sha256))) == []


async def test_given_who_adds_a_file_then_they_do_not_say_who_else_sees_it(
    door: Door, case_id: UUID, api: AsyncEngine
) -> None:
    await send(door, case_id, photo(), item=DAMP)
    named = text(
        "INSERT INTO evidence_files (id, case_id, command_id, item, evidence, organisation_id, media_type,"
        " size, sha256, shown_to) SELECT gen_random_uuid(), case_id, command_id, item, evidence,"
        " organisation_id, media_type, size, sha256, ARRAY[organisation_id] FROM evidence_files"
    )
    with pytest.raises(DBAPIError, match="nobody_named"):
        async with transaction(api, organisation_id=door.places.housing) as session:
            await session.execute(named)


async def test_given_the_page_of_a_hazard_then_a_photo_is_added_shown_and_told_on_the_timeline(
    door: Door, case_id: UUID
) -> None:
    session = sign_in(door, "coordinator")
    page = f"/cases/{case_id}/hazards/1/files"
    files = [("file", ("a.jpg", photo(), "image/jpeg"))]
    sent = await door.client.post(page, data={"form_token": form_token(door, session)}, files=files)
    await door.settle()
    assert (sent.status_code, sent.headers["location"]) == (303, f"{page}?added=1&there=0")
    shown = (await door.client.get(page)).text
    assert "Damp and mould growth in the bedroom" in shown
    assert f'href="/cases/{case_id}/hazards#hazard-1"' in shown
    card = (await door.client.get(f"/cases/{case_id}/hazards")).text
    assert len(re.findall(r'<img src="/cases/[^"]+/thumbnail"', card)) == 1
    assert card.count("Add a photo or document") == 2
    told = (await door.client.get(f"/cases/{case_id}")).text
    assert "added: Damp and mould growth in the bedroom" in told
    assert (await door.client.get(f"/cases/{case_id}/hazards/7/files")).status_code == 404


async def test_given_a_closed_hazard_then_its_photos_stay_and_none_is_added(
    door: Door, case_id: UUID
) -> None:
    await added(door, case_id, item=DAMP)
    await accepted(door, case_id, "close-hazard", hazard=DAMP, reason="entered-in-error")
    sign_in(door, "coordinator")
    page = (await door.client.get(f"/cases/{case_id}/hazards/1/files")).text
    assert "Take a photo" not in page
    assert "/thumbnail" in page
    assert (await send(door, case_id, document(), item=DAMP)).json()["code"] == "already-done"


@pytest.mark.parametrize("narrow", [False, True], ids=["wide", "narrow"])
async def test_given_a_browser_then_hazards_with_photos_are_accessible(
    door: Door, looking: Looking, case_id: UUID, narrow: bool
) -> None:
    await added(door, case_id, item=DAMP)
    sign_in(door, "coordinator")
    for path in (f"/cases/{case_id}/hazards", f"/cases/{case_id}/hazards/1/files"):
        seen = await looking.look(path, narrow=narrow)
        assert (seen.faults, seen.console) == ([], []), path
