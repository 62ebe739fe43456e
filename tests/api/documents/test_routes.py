"""Documents as JSON and as FHIR: the same walls, sensitivity and note of each look as on the pages."""

from __future__ import annotations

import base64
from uuid import UUID, uuid4

import pytest
from fhir.resources.R4B.binary import Binary
from fhir.resources.R4B.documentreference import DocumentReference
from sqlalchemy import select

from discharge.store.engine import transaction
from discharge.store.tables import AuditRead
from tests.api.conftest import Door
from tests.api.documents.test_pages import ED, PDF, case_with
from tests.fhir_adapters.hl7v2.conftest import Intake
from tests.fhir_adapters.hl7v2.other_samples import document, form
from tests.fhir_adapters.hl7v2.samples import Sample

HIDING = Sample("A31", "M9", sent="20260304090000", more={"ZU8": {4: "1"}})
FORM = form("OBX|1|CE|Q1^Who lives with you?^L||A^Nobody^L", message_id="K2")
JOAN = "https://fhir.nhs.uk/Id/nhs-number|9990000018"


async def listed(door: Door, case_id: UUID, role: str, org: str | None = None) -> list[dict[str, object]]:
    answer = await door.get(f"/api/v1/cases/{case_id}/documents", role, org)
    assert answer.status_code == 200
    found: list[dict[str, object]] = answer.json()["documents"]
    return found


async def found_by_fhir(door: Door, role: str, org: str | None = None) -> list[dict[str, object]]:
    answer = await door.get(f"/fhir/R4/DocumentReference?subject={JOAN}", role, org)
    assert answer.status_code == 200
    return [entry["resource"] for entry in answer.json().get("entry", [])]


async def test_given_documents_then_programs_read_what_pages_show(door: Door, intake: Intake) -> None:
    case_id = await case_with(door, intake, document("T02", "D1", "", ED), FORM)

    by_kind = {row["kind"]: row for row in await listed(door, case_id, "coordinator")}
    content = await door.get(str(by_kind["document"]["content_url"]), "coordinator")
    assert (content.content, content.headers["content-type"]) == (PDF, "application/pdf")
    assert content.headers["cache-control"] == "no-store"
    one = await door.get(f"/api/v1/cases/{case_id}/documents/{by_kind['form']['document_id']}", "coordinator")
    assert one.json()["answers"][0]["answer"] == "Nobody"

    references = {
        str(row["id"]): DocumentReference.model_validate(row) for row in await found_by_fhir(door, "system")
    }
    told = references[str(by_kind["document"]["document_id"])]
    assert (told.status, told.docStatus, told.securityLabel[0].coding[0].code) == ("current", "final", "N")
    held = {}
    for place in references:
        resource = (await door.get(f"/fhir/R4/Binary/{place}", "system")).json()
        held[Binary.model_validate(resource).contentType] = base64.b64decode(resource["data"])
    assert held == {"application/pdf": PDF, "text/plain": b"Who lives with you?: Nobody"}


async def test_given_a_look_at_a_document_then_it_is_noted_each_time(door: Door, intake: Intake) -> None:
    case_id = await case_with(door, intake, document())
    [row] = await listed(door, case_id, "coordinator")
    for path in (f"DocumentReference/{row['document_id']}", f"Binary/{row['document_id']}"):
        assert (await door.get(f"/fhir/R4/{path}", "coordinator")).status_code == 200

    async with transaction(door.worker) as session:
        looks = list(await session.scalars(select(AuditRead).order_by(AuditRead.at)))
    assert [look.what for look in looks][-3:] == ["documents by interface", "DocumentReference", "Binary"]
    assert all(look.person_ids for look in looks)


@pytest.mark.parametrize(
    ("role", "organisation", "seen"),
    [
        ("discharge-team", None, 1),
        ("coordinator", None, 0),
        ("system", None, 0),
        ("discharge-team", "STRANGER", 0),
    ],
)
async def test_given_a_restricted_document_then_only_the_team_of_its_writer_reads_it(
    door: Door, intake: Intake, role: str, organisation: str | None, seen: int
) -> None:
    await case_with(door, intake, document(confidentiality="V"))
    [mine] = await found_by_fhir(door, "discharge-team")

    assert len(await found_by_fhir(door, role, organisation)) == seen
    for kind in ("DocumentReference", "Binary"):
        answer = await door.get(f"/fhir/R4/{kind}/{mine['id']}", role, organisation)
        assert answer.status_code == (200 if seen else 404)
        assert ("restricted" in answer.text) is bool(seen and kind == "DocumentReference")


async def test_given_somebody_who_is_no_matter_of_theirs_then_roles_and_organisations_read_none(
    door: Door, intake: Intake
) -> None:
    case_id = await case_with(door, intake, document())

    assert (await door.get(f"/api/v1/cases/{case_id}/documents", "operator")).status_code == 403
    assert (
        await door.get(f"/api/v1/cases/{case_id}/documents", "coordinator", "STRANGER")
    ).status_code == 404
    assert (await door.get(f"/fhir/R4/DocumentReference?subject={JOAN}", "trust-monitor")).status_code == 403
    assert await found_by_fhir(door, "coordinator", "STRANGER") == []


async def test_given_a_person_who_is_hidden_later_then_no_program_reads_it_any_more(
    door: Door, intake: Intake
) -> None:
    case_id = await case_with(door, intake, document())
    [row] = await listed(door, case_id, "coordinator")
    await intake.take(HIDING.raw())

    assert await listed(door, case_id, "discharge-team") == []
    assert await found_by_fhir(door, "discharge-team") == []
    for path in (
        str(row["content_url"]),
        f"/fhir/R4/Binary/{row['document_id']}",
        f"/fhir/R4/DocumentReference/{row['document_id']}",
    ):
        assert (await door.get(path, "discharge-team")).status_code == 404


async def test_given_a_document_cancelled_or_replaced_then_it_is_told_of_without_its_content(
    door: Door, intake: Intake
) -> None:
    newer = document("T10", "D2", "D1", message_id="K3", sent="20260303100000")
    gone = document("T11", "D3", message_id="K5", sent="20260303120000")
    case_id = await case_with(
        door, intake, document(), newer, document("T02", "D3", message_id="K4", sent="20260303110000"), gone
    )

    told = {row["identifier"][0]["value"]: row for row in await found_by_fhir(door, "coordinator")}  # type: ignore[index]
    assert {number: row["status"] for number, row in told.items()} == {
        "D1": "superseded",
        "D2": "current",
        "D3": "entered-in-error",
    }
    assert told["D2"]["relatesTo"][0]["code"] == "replaces"  # type: ignore[index]
    for number in ("D1", "D3"):
        assert "url" not in told[number]["content"][0]["attachment"]  # type: ignore[index]
        assert (await door.get(f"/fhir/R4/Binary/{told[number]['id']}", "coordinator")).status_code == 404
    rows = {row["number"]: row for row in await listed(door, case_id, "coordinator")}
    assert {number for number, row in rows.items() if row["content_url"]} == {"D2"}
    path = f"/api/v1/cases/{case_id}/documents/{rows['D1']['document_id']}"
    assert (await door.get(path, "coordinator")).status_code == 404


async def test_given_an_id_that_is_none_then_it_is_not_found(door: Door) -> None:
    for path in (f"Binary/{uuid4()}", "Binary/x", f"DocumentReference/{uuid4()}"):
        assert (await door.get(f"/fhir/R4/{path}", "system")).status_code == 404
    assert (await door.get("/fhir/R4/DocumentReference", "system")).status_code == 400
    for query in ("?_id=x", f"?_id={uuid4()}", "?patient=Patient/x"):
        assert (await door.get(f"/fhir/R4/DocumentReference{query}", "system")).json()["total"] == 0
