"""Photos and documents of a hazard: added like those of an item, seen by the landlord that was told of it."""

from __future__ import annotations

import re
from uuid import UUID

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from api.web.bodies import BodyLimits
from discharge.store.engine import transaction
from discharge.store.evidence import bytes_of_case
from discharge.store.tables import EvidenceContentRow, EvidenceFileRow, Organisation, Person
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


async def test_given_a_landlord_then_it_adds_to_its_own_hazard_and_the_coordinator_sees_it(
    door: Door, case_id: UUID, api: AsyncEngine
) -> None:
    await tell_landlord(door, case_id)
    sent = photo(size=(70, 40))
    done = await added(door, case_id, sent, item=DAMP, org="LANDLORD")
    assert (await send(door, case_id, sent, item=DAMP, org="LANDLORD")).json()["repeated"] is True
    (file,) = await listed(door, case_id)
    assert (file["file_id"], file["item"], file["state"]) == (done, DAMP, "kept")
    assert file["organisation_id"] == str(door.places.landlord)
    assert TOLD not in (await door.get(file["content_url"], "coordinator")).content
    assert await seen_by(door, case_id) == [done]
    assert await kept_by_postgres(api, door.places.landlord) == {UUID(done)}


@pytest.mark.parametrize("subject", [COLD, "hazard/9", STAIRS, "swimming-pool", "safe-address"])
async def test_given_a_landlord_then_nothing_else_takes_a_file_of_it_and_each_refusal_is_the_same(
    door: Door, case_id: UUID, worker: AsyncEngine, subject: str
) -> None:
    await tell_landlord(door, case_id)
    answer = await send(door, case_id, photo(), item=subject, org="LANDLORD")
    assert (answer.status_code, answer.json()["code"]) == (403, "part-not-allowed")
    async with transaction(worker) as session:
        assert list(await session.scalars(select(EvidenceFileRow))) == []


async def test_given_a_landlord_that_was_told_of_nothing_then_it_adds_nothing(
    door: Door, case_id: UUID
) -> None:
    await let_in(door, case_id)
    assert (await send(door, case_id, photo(), item=DAMP, org="LANDLORD")).status_code == 403
    stranger = await send(door, case_id, photo(), item=DAMP, org="STRANGER")
    assert stranger.status_code == 404


async def test_given_a_landlord_then_postgres_takes_no_file_of_it_for_an_item_of_the_check(
    door: Door, case_id: UUID, api: AsyncEngine
) -> None:
    await tell_landlord(door, case_id)
    await added(door, case_id, item=DAMP, org="LANDLORD")
    forged = text(
        "INSERT INTO evidence_files (id, case_id, command_id, item, evidence, organisation_id, author_id,"
        " media_type, size, sha256) SELECT gen_random_uuid(), case_id, command_id, :item, evidence,"
        " organisation_id, author_id, media_type, size, sha256 FROM evidence_files"
    )
    async with transaction(api, organisation_id=door.places.landlord) as session:
        author = await session.scalar(select(EvidenceFileRow.author_id))
    async with transaction(api, organisation_id=door.places.landlord, user_id=author) as session:
        await session.execute(forged, {"item": DAMP})
    with pytest.raises(DBAPIError, match="row-level security"):
        async with transaction(api, organisation_id=door.places.landlord, user_id=author) as session:
            await session.execute(forged, {"item": STAIRS})


async def test_given_a_case_that_is_full_of_what_a_landlord_does_not_see_then_it_is_full_for_it_too(
    door: Door, case_id: UUID, api: AsyncEngine
) -> None:
    await added(door, case_id, item=COLD)
    (file,) = await listed(door, case_id)
    await tell_landlord(door, case_id)
    for organisation, size in ((door.places.landlord, file["size"]), (door.places.stranger, 0)):
        async with transaction(api, organisation_id=organisation) as session:
            assert await bytes_of_case(session, case_id) == size


async def is_council(owner: AsyncEngine, organisation_id: UUID) -> None:
    async with transaction(owner) as session:
        await session.execute(
            update(Organisation).where(Organisation.id == organisation_id).values(kind="council")
        )


async def test_given_environmental_health_that_was_asked_then_it_sees_and_adds_to_that_hazard_alone(
    door: Door, case_id: UUID, api: AsyncEngine, owner: AsyncEngine
) -> None:
    before = await added(door, case_id, item=DAMP)
    other = await added(door, case_id, photo(size=(60, 40)), item=COLD)
    await is_council(owner, door.places.stranger)
    await accepted(door, case_id, "refer-hazard", hazard=DAMP, council_id=str(door.places.stranger))
    found = await added(door, case_id, photo(size=(80, 40)), item=DAMP, org="STRANGER")
    answer = await door.get(f"/api/v1/cases/{case_id}/evidence", "coordinator", "STRANGER")
    assert {each["file_id"] for each in answer.json()["files"]} == {before, found}
    assert await kept_by_postgres(api, door.places.stranger) == {UUID(before), UUID(found)}
    assert (await send(door, case_id, photo(), item=COLD, org="STRANGER")).status_code == 403
    assert (await send(door, case_id, photo(), item=STAIRS, org="STRANGER")).status_code == 403
    path = f"/api/v1/cases/{case_id}/evidence/{other}/content"
    assert (await door.get(path, "coordinator", "STRANGER")).status_code == 404


async def test_given_the_page_of_its_hazard_then_a_landlord_adds_a_photo_removes_its_own_and_opens_no_item(
    door: Door, case_id: UUID
) -> None:
    theirs = await added(door, case_id, item=DAMP)
    await tell_landlord(door, case_id)
    session = sign_in(door, "coordinator", "LANDLORD")
    card = (await door.client.get(f"/cases/{case_id}/hazards")).text
    page = f"/cases/{case_id}/hazards/1/files"
    assert f'href="{page}"' in card
    data = {"form_token": form_token(door, session)}
    refused = await door.client.post(page, data=data, files={"file": ("a.jpg", b"<svg/>", "image/jpeg")})
    assert "This kind of file is not accepted" in refused.text.partition('for="file"')[2]
    sent = await door.client.post(
        page, data=data, files={"photo": ("a.jpg", photo(size=(70, 40)), "image/jpeg")}
    )
    await door.settle()
    assert sent.headers["location"] == f"{page}?added=1&there=0"
    shown = (await door.client.get(page)).text
    assert "Added by Test coordinator" in shown
    (own,) = set(re.findall(rf"/cases/{case_id}/evidence/([0-9a-f-]{{36}})/remove", shown))
    assert own != theirs
    for closed in (f"/cases/{case_id}/hazards/2/files", f"/cases/{case_id}/check/items/{STAIRS}/files"):
        assert (await door.client.get(closed)).status_code == 404, closed
        assert (await door.client.post(closed, data=data, files={})).status_code in (403, 404, 422)
    body = {"kind": "remove-item-evidence", "file_id": theirs, "reason": "unclear"}
    kept = await door.post(f"/api/v1/cases/{case_id}/commands", body, "coordinator", "LANDLORD")
    await door.settle()
    assert len(await seen_by(door, case_id)) == 2, kept.text
    gone = await door.client.post(
        f"/cases/{case_id}/evidence/{own}/remove", data=data | {"reason": "unclear", "key": "k"}
    )
    await door.settle()
    states = {each["file_id"]: each["state"] for each in await listed(door, case_id)}
    assert states == {own: "removed", theirs: "kept"}, gone.text


def test_given_the_addresses_that_take_files_then_each_takes_as_much() -> None:
    limits = BodyLimits(size=1, seconds=1, files=9, files_seconds=9)
    case = "/cases/00000000-0000-4000-8000-000000000001"
    for path in ("/check/items/bed/files", "/hazards/1/files"):
        assert limits.at(f"{case}{path}") == (9, 9), path
    assert limits.at(f"/api/v1{case}/evidence") == (9, 9)
    for path in ("/hazards", "/hazards/1", "/hazards/1/2/files", "/check/items/bed"):
        assert limits.at(f"{case}{path}") == (1, 1), path


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
    door: Door, case_id: UUID, api: AsyncEngine, owner: AsyncEngine
) -> None:
    await added(door, case_id, item=DAMP)
    await let_in(door, case_id)
    await tell_landlord(door, case_id)
    assert len(await kept_by_postgres(api, door.places.landlord)) == 1
    await is_council(owner, door.places.stranger)
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


async def test_given_a_hidden_tenant_then_the_landlord_reads_the_same_as_of_any_other(
    door: Door, case_id: UUID, worker: AsyncEngine
) -> None:
    await let_in(door, case_id)
    await tell_landlord(door, case_id)
    sign_in(door, "coordinator", "LANDLORD")
    before = (await door.client.get(f"/cases/{case_id}")).text
    async with transaction(worker) as session:
        await session.execute(update(Person).values(hidden_by_feed=True))
    after = (await door.client.get(f"/cases/{case_id}")).text
    assert "a hazard at home" in after
    assert [line for line in after.splitlines() if "ithheld" in line and line not in before] == []


async def test_given_a_landlord_then_the_form_offers_its_own_steps_alone(door: Door, case_id: UUID) -> None:
    await let_in(door, case_id)
    await tell_landlord(door, case_id)
    path = f"/cases/{case_id}/do/move-hazard?hazard={DAMP}"
    offered = {}
    for role, party in (("coordinator", "LANDLORD"), ("coordinator", "HOUSING")):
        sign_in(door, role, party)
        page = (await door.client.get(path)).text
        offered[party] = {step for step in ("investigated", "council-answered") if f'value="{step}"' in page}
    assert offered == {"LANDLORD": {"investigated"}, "HOUSING": {"investigated", "council-answered"}}
