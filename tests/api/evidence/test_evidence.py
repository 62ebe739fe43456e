"""Photos and documents by the interface: looked at, written anew, kept once, shown to whom they concern."""

from __future__ import annotations

import asyncio
import hashlib
import io
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from PIL import Image
from sqlalchemy import func, select, text, update
from sqlalchemy.ext.asyncio import AsyncEngine

from api.evidence import checker
from api.web.settings import ApiSettings, FileLimits
from discharge.store.engine import transaction
from discharge.store.evidence import forget_refused
from discharge.store.tables import (
    AuditRead,
    CaseEventRow,
    CommandRow,
    EvidenceContentRow,
    EvidenceFileRow,
    NoteRow,
    Person,
)
from tests.api.conftest import Door
from tests.housing_checks.evidence.sent_files import MARK, TOLD, action, document, photo

STAIRS = "steps-stairs"
NAMED = "Edith Ashdown 14 Invented Row.jpg"
JPEG, PDF = "image/jpeg", "application/pdf"


def where(case_id: UUID, item: str = STAIRS) -> str:
    return f"/api/v1/cases/{case_id}/evidence?item={item}"


async def send(
    door: Door, case_id: UUID, content: bytes, *, item: str = STAIRS, role: str = "coordinator",
    org: str | None = None, said: str = JPEG, **headers: str,
) -> httpx.Response:  # fmt: skip
    files = {"file": (NAMED, content, said)}
    return await door.client.post(
        where(case_id, item), files=files, headers=door.headers(role, org, **headers)
    )


async def added(door: Door, case_id: UUID, content: bytes | None = None, **how: Any) -> str:
    """The id of a file that the case has recorded."""
    answer = await send(door, case_id, photo() if content is None else content, **how)
    assert answer.status_code == 202, answer.text
    await door.settle()
    return str(answer.json()["file_id"])


async def listed(door: Door, case_id: UUID, role: str = "coordinator") -> list[dict[str, Any]]:
    files: list[dict[str, Any]] = (await door.get(f"/api/v1/cases/{case_id}/evidence", role)).json()["files"]
    return files


async def rows_of(engine: AsyncEngine, table: Any) -> list[Any]:
    async with transaction(engine) as session:
        return list(await session.scalars(select(table)))


@pytest.fixture
async def case_id(door: Door) -> UUID:
    """A case of somebody in hospital, accepted by the housing lead."""
    made = await door.referred()
    await door.asked(made, "accept-referral")
    return made


async def test_given_a_photo_then_its_item_has_it_without_place_camera_and_name(
    door: Door, case_id: UUID
) -> None:
    sent = photo()
    assert TOLD in sent
    file_id = await added(door, case_id, sent)
    (file,) = await listed(door, case_id)
    assert (file["file_id"], file["item"], file["evidence"], file["state"]) == (
        file_id,
        STAIRS,
        "photo",
        "kept",
    )
    whole = await door.get(file["content_url"], "coordinator")
    small = await door.get(file["thumbnail_url"], "coordinator")
    assert hashlib.sha256(whole.content).hexdigest() == file["sha256"]
    for answer in (whole, small):
        assert TOLD not in answer.content
        assert not Image.open(io.BytesIO(answer.content)).getexif()
    case = (await door.get(f"/api/v1/cases/{case_id}", "coordinator")).json()["case"]
    assert case["evidence"][file_id]["item"] == STAIRS


async def test_given_a_file_that_is_opened_then_no_browser_runs_it_and_nothing_keeps_it(
    door: Door, case_id: UUID
) -> None:
    await added(door, case_id, document(), said=PDF)
    (file,) = await listed(door, case_id)
    assert (file["media_type"], file["pages"], file["thumbnail_url"]) == (PDF, 1, None)
    answer = await door.get(file["content_url"], "coordinator")
    assert answer.headers["content-type"] == PDF
    assert answer.headers["content-disposition"] == f'attachment; filename="{file["file_id"]}.pdf"'
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["content-security-policy"].startswith("default-src 'none'; sandbox")
    missing = await door.get(file["content_url"].replace("content", "thumbnail"), "coordinator")
    assert missing.status_code == 404


async def test_given_a_file_with_somebody_s_name_then_it_is_written_nowhere(
    door: Door, case_id: UUID, owner: AsyncEngine
) -> None:
    await added(door, case_id)
    async with transaction(owner) as session:
        tables = await session.scalars(
            text("SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace")
        )
        for table in tables:
            found = await session.scalar(
                text(f'SELECT count(*) FROM "{table}" AS held WHERE held::text LIKE :named'),
                {"named": "%14 Invented Row.jpg%"},
            )
            assert not found, table


async def test_given_the_same_photo_twice_then_it_is_kept_once(
    door: Door, case_id: UUID, worker: AsyncEngine
) -> None:
    first = await added(door, case_id)
    again = await send(door, case_id, photo())
    assert (again.status_code, again.json()["file_id"], again.json()["repeated"]) == (200, first, True)
    other = await added(door, case_id, item="bed")
    assert other != first
    assert len(await rows_of(worker, EvidenceFileRow)) == 2
    assert len(await rows_of(worker, EvidenceContentRow)) == 1, "the same bytes on two items"
    kinds = [each.kind for each in await rows_of(worker, CaseEventRow)]
    assert kinds.count("item-evidence-added") == 2


async def test_given_the_same_photo_sent_at_the_same_time_then_it_is_kept_once(
    door: Door, case_id: UUID, worker: AsyncEngine
) -> None:
    answers = await asyncio.gather(*(send(door, case_id, photo()) for _ in range(3)))
    assert len({each.json()["file_id"] for each in answers}) == 1
    await door.settle()
    assert len(await rows_of(worker, EvidenceFileRow)) == 1


async def test_given_a_request_sent_again_under_its_key_then_it_is_one(door: Door, case_id: UUID) -> None:
    key = {"Idempotency-Key": "photo-1"}
    first = await send(door, case_id, photo(), **key)
    again = await send(door, case_id, photo(), **key)
    assert (again.status_code, again.json()) == (first.status_code, first.json())
    other = await send(door, case_id, document(), **key)
    assert (other.status_code, other.json()["code"]) == (422, "duplicate-key-other-body")


ATTACKS = {
    "svg": (b"<svg onload='alert(1)'/>", 415, "file-kind-not-accepted"),
    "page": (b"<!DOCTYPE html><script>", 415, "file-kind-not-accepted"),
    "cut": (photo()[:800], 422, "file-unreadable"),
    "empty": (b"", 422, "file-unreadable"),
    "script": (document(action("JavaScript", JS="app.alert(1)")), 422, "file-runs-something"),
}


@pytest.mark.parametrize("sent", ATTACKS.values(), ids=ATTACKS)
async def test_given_what_is_no_photo_then_it_is_refused_whatever_its_sender_calls_it(
    door: Door, case_id: UUID, worker: AsyncEngine, sent: tuple[bytes, int, str]
) -> None:
    content, status, code = sent
    answer = await send(door, case_id, content, said=JPEG)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert await rows_of(worker, EvidenceFileRow) == []
    assert "add-item-evidence" not in [each.kind for each in await rows_of(worker, CommandRow)]


async def test_given_a_decoder_that_breaks_then_the_file_is_refused_and_the_next_is_taken(
    door: Door, case_id: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        checker, "_COMMAND", ("-c", "import os, signal; os.kill(os.getpid(), signal.SIGSEGV)")
    )
    broken = await send(door, case_id, photo())
    assert (broken.status_code, broken.json()["code"]) == (422, "file-unreadable")
    monkeypatch.undo()
    assert (await send(door, case_id, photo())).status_code == 202


async def test_given_a_decoder_that_never_ends_then_it_is_stopped(
    door: Door, case_id: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checker, "_COMMAND", ("-c", "while True: pass"))
    monkeypatch.setattr(checker, "SECONDS", 0.2)
    endless = await send(door, case_id, photo())
    assert (endless.status_code, endless.json()["code"]) == (422, "file-unreadable")


@pytest.mark.parametrize(
    "body",
    [
        {"files": {"other": ("x.jpg", photo(), JPEG)}},
        {"data": {"file": "a text"}},
        {"files": [("file", ("a.jpg", photo(), JPEG)), ("file", ("b.jpg", photo(), JPEG))]},
        {"json": {"file": "x"}},
    ],
)
async def test_given_anything_but_one_file_then_it_is_refused(
    door: Door, case_id: UUID, body: dict[str, Any]
) -> None:
    answer = await door.client.post(where(case_id), headers=door.headers("coordinator"), **body)
    assert answer.status_code == 422


async def test_given_an_item_that_there_is_not_then_the_file_is_not_looked_at(
    door: Door, case_id: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checker, "_COMMAND", ("-c", "raise SystemExit(3)"))
    answer = await send(door, case_id, photo(), item="swimming-pool")
    assert (answer.status_code, answer.json()["code"]) == (422, "no-such-item")


async def test_given_a_case_that_nobody_has_accepted_then_nothing_is_added(door: Door) -> None:
    answer = await send(door, await door.referred(), photo())
    assert (answer.status_code, answer.json()["code"]) == (409, "stage-not-allowed")


@pytest.mark.parametrize(
    ("role", "org", "status"),
    [
        ("coordinator", "STRANGER", 404),
        ("discharge-team", "TRUST", 202),
        ("trust-monitor", "TRUST", 403),
        ("operator", "TRUST", 403),
        ("admin", "HOUSING", 403),
    ],
)
async def test_given_each_role_then_only_casework_of_the_case_adds(
    door: Door, case_id: UUID, role: str, org: str, status: int
) -> None:
    assert (await send(door, case_id, photo(), role=role, org=org)).status_code == status


async def test_given_a_photo_then_strangers_suppliers_and_other_roles_see_nothing_of_it(
    door: Door, case_id: UUID
) -> None:
    await door.asked(case_id, "record-sharing-basis", basis="consent")
    start = {"strand_kind": "equipment", "item": "commode", "partner_id": str(door.places.landlord)}
    await door.asked(case_id, "start-strand", **start)
    await added(door, case_id)
    (file,) = await listed(door, case_id)
    files = f"/api/v1/cases/{case_id}/evidence"
    for role, org, refused in (
        ("coordinator", "STRANGER", {404}),
        ("coordinator", "LANDLORD", {403, 404}),
        ("trust-monitor", "TRUST", {403}),
        ("operator", "TRUST", {403}),
    ):
        for path in (file["content_url"], file["thumbnail_url"]):
            assert (await door.get(path, role, org)).status_code in refused, (role, org, path)
        if org != "LANDLORD":
            assert (await door.get(files, role, org)).status_code in refused, (role, org, files)
    of_a_supplier = await door.get(files, "coordinator", "LANDLORD")
    assert (of_a_supplier.status_code, of_a_supplier.json()["files"]) == (200, []), (
        "hazards it is asked about"
    )
    own = await send(door, case_id, document(), org="LANDLORD")
    assert (own.status_code, own.json()["code"]) == (403, "part-not-allowed"), "a supplier adds none either"
    seen = await door.get(f"/api/v1/cases/{case_id}", "coordinator", "LANDLORD")
    assert file["file_id"] not in seen.text


async def test_given_a_photo_of_another_case_then_its_id_opens_nothing_here(
    door: Door, case_id: UUID
) -> None:
    file_id = await added(door, case_id)
    person = {
        "nhs_number": "9990000026",
        "family_name": "Other",
        "given_name": "P",
        "birth_date": "1931-01-01",
    }
    other = await door.referred(person=person)
    await door.asked(other, "accept-referral")
    path = f"/api/v1/cases/{other}/evidence/{file_id}/content"
    assert (await door.get(path, "coordinator")).status_code == 404


async def test_given_a_hidden_person_then_the_photo_is_kept_and_shown_to_nobody(
    door: Door, case_id: UUID, worker: AsyncEngine
) -> None:
    file_id = await added(door, case_id)
    async with transaction(worker) as session:
        await session.execute(update(Person).values(hidden_by_feed=True))
    (file,) = await listed(door, case_id)
    assert (file["withheld"], file["content_url"], file["thumbnail_url"]) == (True, None, None)
    for end in ("content", "thumbnail"):
        path = f"/api/v1/cases/{case_id}/evidence/{file_id}/{end}"
        answer = await door.get(path, "coordinator")
        assert (answer.status_code, answer.json()["code"]) == (403, "evidence-withheld")
    assert (await send(door, case_id, document())).status_code == 202, "what is found is not lost"


async def test_given_each_look_at_a_photo_then_it_is_noted(
    door: Door, case_id: UUID, worker: AsyncEngine, owner: AsyncEngine
) -> None:
    await added(door, case_id)
    (file,) = await listed(door, case_id)
    for url in (file["content_url"], file["thumbnail_url"]):
        await door.get(url, "discharge-team")
    looks = [each.what for each in await rows_of(owner, AuditRead) if case_id in each.case_ids]
    assert {"photos by interface", "photo by interface", "small photo by interface"} <= set(looks)


async def remove(door: Door, case_id: UUID, file_id: str, role: str, **more: Any) -> httpx.Response:
    body = {"kind": "remove-item-evidence", "file_id": file_id, "reason": "shows-too-much", **more}
    answer = await door.post(f"/api/v1/cases/{case_id}/commands", body, role)
    await door.settle()
    return answer


async def test_given_a_photo_removed_then_its_bytes_are_gone_and_its_reason_stays(
    door: Door, case_id: UUID, owner: AsyncEngine
) -> None:
    first, second = await added(door, case_id), await added(door, case_id, item="bed")
    assert (await remove(door, case_id, first, "coordinator")).status_code == 202
    assert len(await rows_of(owner, EvidenceContentRow)) == 1, "the other item has the same photo"
    await remove(door, case_id, second, "discharge-team")
    assert await rows_of(owner, EvidenceContentRow) == []
    files = {each["file_id"]: each for each in await listed(door, case_id)}
    assert (files[first]["state"], files[first]["removed_because"]) == ("removed", "shows-too-much")
    assert (files[first]["content_url"], files[first]["removed_on"]) == (None, "2026-03-02")
    gone = await door.get(f"/api/v1/cases/{case_id}/evidence/{first}/content", "coordinator")
    assert gone.status_code == 404
    again = await added(door, case_id)
    assert again != first, "it can be added again"


async def test_given_a_command_that_brings_no_file_then_there_is_none(door: Door, case_id: UUID) -> None:
    body = {"kind": "add-item-evidence", "item": STAIRS, "evidence": "photo", "file_id": str(uuid4())}
    answer = await door.post(f"/api/v1/cases/{case_id}/commands", body, "coordinator")
    assert answer.status_code == 422


async def test_given_a_file_that_the_case_refused_then_it_is_nowhere_and_is_deleted(
    door: Door, case_id: UUID, worker: AsyncEngine
) -> None:
    answer = await send(door, case_id, photo())
    assert [each["state"] for each in await listed(door, case_id)] == ["waiting"]
    async with transaction(worker) as session:
        of_file = CommandRow.id == UUID(answer.json()["command_id"])
        await session.execute(update(CommandRow).where(of_file).values(state="refused"))
    assert await listed(door, case_id) == []
    assert (await send(door, case_id, photo())).json()["repeated"] is False, "it can be sent again"
    async with transaction(worker) as session:
        assert await forget_refused(session) == 1
    await door.settle()
    assert [each["state"] for each in await listed(door, case_id)] == ["kept"]
    assert len(await rows_of(worker, EvidenceContentRow)) == 1


async def test_given_a_person_s_case_that_is_erased_then_its_photos_are_too(
    door: Door, case_id: UUID, owner: AsyncEngine
) -> None:
    await added(door, case_id)
    async with transaction(owner) as session:
        cascades = await session.scalars(
            text(
                "SELECT conrelid::regclass::text FROM pg_constraint WHERE confrelid = 'cases'::regclass"
                " AND confdeltype = 'c' AND conrelid::regclass::text LIKE 'evidence%' ORDER BY 1"
            )
        )
        assert list(cascades) == ["evidence_contents", "evidence_files"]


SMALL = FileLimits(each=30_000, case=4_000, day=1_000_000)


class TestLimits:
    @pytest.fixture
    def settings(self, settings: ApiSettings) -> ApiSettings:
        return replace(settings, files=SMALL)

    async def test_given_a_file_above_the_limit_then_it_is_refused_with_the_limit(
        self, door: Door, case_id: UUID
    ) -> None:
        answer = await send(door, case_id, photo(behind=b"x" * 30_000))
        assert (answer.status_code, answer.json()["code"]) == (413, "file-too-large")

    async def test_given_a_body_above_any_limit_then_it_is_refused_as_it_comes_in(
        self, door: Door, case_id: UUID
    ) -> None:
        answer = await send(door, case_id, b"x" * 2_000_000)
        assert (answer.status_code, answer.json()["code"]) == (413, "message-too-large")

    async def test_given_a_case_that_is_full_then_nothing_more_fits_until_something_is_removed(
        self, door: Door, case_id: UUID
    ) -> None:
        first = await added(door, case_id)
        more = [await send(door, case_id, photo(size=(70 + each, 48))) for each in range(6)]
        await door.settle()
        codes = [each.json().get("code") for each in more if each.status_code != 202]
        assert codes
        assert set(codes) == {"files-full"}
        await remove(door, case_id, first, "coordinator")
        assert (await send(door, case_id, photo())).status_code == 202

    async def test_given_a_day_s_worth_then_no_more_is_added(
        self, door: Door, case_id: UUID, owner: AsyncEngine
    ) -> None:
        first = await added(door, case_id)
        await remove(door, case_id, first, "coordinator")
        async with transaction(owner) as session:
            await session.execute(update(EvidenceFileRow).values(size=SMALL.day))
        full = await send(door, case_id, photo())
        assert (full.status_code, full.json()["code"]) == (422, "files-full")
        async with transaction(owner) as session:
            yesterday = func.now() - text("interval '25 hours'")
            await session.execute(update(EvidenceFileRow).values(created_at=yesterday))
        assert (await send(door, case_id, photo())).status_code == 202


async def test_given_a_note_then_no_photo_is_in_it(door: Door, case_id: UUID, worker: AsyncEngine) -> None:
    await added(door, case_id)
    assert await rows_of(worker, NoteRow) == []
    assert MARK not in str([each.payload for each in await rows_of(worker, CaseEventRow)])
