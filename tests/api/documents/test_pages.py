"""What a hospital sends beside admissions, as people see it on the case: referrals, documents, forms."""

from __future__ import annotations

import base64
import re
from uuid import UUID

import pytest
from sqlalchemy import select, text

from discharge.store.engine import transaction
from discharge.store.tables import AuditRead, CaseRow
from tests.api.conftest import Door, Looking
from tests.api.signing_in import sign_in
from tests.fhir_adapters.hl7v2.conftest import Intake
from tests.fhir_adapters.hl7v2.other_samples import document, form, referral
from tests.fhir_adapters.hl7v2.samples import Sample

PDF = b"%PDF-1.4 invented"
ED = f"OBX|1|ED|PDF^S||^AP^PDF^Base64^{base64.b64encode(PDF).decode()}||||||F"
HTML = f"OBX|1|ED|H^S||^TEXT^HTML^Base64^{base64.b64encode(b'<script>alert(1)</script>').decode()}||||||F"
PERSON = {
    "nhs_number": "9990000018",
    "family_name": "Ashdown",
    "given_name": "Joan",
    "birth_date": "1941-05-02",
}


async def case_with(door: Door, intake: Intake, *messages: bytes) -> UUID:
    """A case of the person of the samples, with these messages from the ward's system."""
    await intake.take(Sample().raw(), *messages)
    return await door.referred(person=PERSON)


def links(html: str) -> list[str]:
    return re.findall(r'href="(/cases/[^"]+/documents/[^"]+)"', html)


async def opened(door: Door, case_id: UUID, role: str) -> str:
    sign_in(door, role)
    return (await door.client.get(f"/cases/{case_id}")).text


async def test_given_a_summary_and_a_form_when_the_case_is_opened_then_both_are_listed_and_open(
    door: Door, intake: Intake
) -> None:
    asked = form("OBX|1|CE|Q1^Who lives with you?^L||A^Nobody^L", message_id="K2")
    case_id = await case_with(door, intake, document(), asked)

    page = await opened(door, case_id, "coordinator")
    assert "Discharge summary" in page
    assert "Home circumstances" in page
    texts = [(await door.client.get(path)).text for path in links(page)]
    assert any("Went home with a walking frame." in found for found in texts)
    assert any("Who lives with you?" in found and "Nobody" in found for found in texts)


async def test_given_a_file_when_downloaded_then_its_bytes_come_and_the_look_is_noted(
    door: Door, intake: Intake
) -> None:
    case_id = await case_with(door, intake, document("T02", "D1", "", ED))
    [path] = links(await opened(door, case_id, "coordinator"))

    answer = await door.client.get(f"{path}/content")

    assert answer.content == PDF
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["content-disposition"].startswith('attachment; filename="document-')
    assert answer.headers["x-content-type-options"] == "nosniff"
    async with transaction(door.worker) as session:
        looks = await session.scalars(select(AuditRead).where(AuditRead.what == "document download"))
        assert [look.case_ids for look in looks] == [[case_id]]


async def test_given_a_file_that_a_browser_would_run_then_it_is_served_as_bytes(
    door: Door, intake: Intake
) -> None:
    case_id = await case_with(door, intake, document("T02", "D1", "", HTML))
    [path] = links(await opened(door, case_id, "coordinator"))

    assert "<script>alert" not in (await door.client.get(path)).text
    answer = await door.client.get(f"{path}/content")
    assert answer.headers["content-type"] == "application/octet-stream"


async def test_given_a_replaced_and_a_cancelled_document_then_they_are_listed_and_cannot_be_opened(
    door: Door, intake: Intake
) -> None:
    told = [
        document("T02", "D1"),
        document("T10", "D2", "D1", message_id="K2", sent="20260303100000"),
        document("T02", "D3", message_id="K3"),
        document("T11", "D3", message_id="K4", sent="20260303110000"),
    ]
    case_id = await case_with(door, intake, *told)

    page = await opened(door, case_id, "coordinator")
    assert "Replaced" in page
    assert "Cancelled" in page
    assert len(links(page)) == 1
    async with transaction(door.worker) as session:
        ids = (await session.scalars(text("SELECT id FROM documents WHERE number <> 'D2'"))).all()
    for document_id in ids:
        base = f"/cases/{case_id}/documents/{document_id}"
        assert {(await door.client.get(base + end)).status_code for end in ("", "/content")} == {404}


@pytest.mark.parametrize(
    ("role", "organisation", "listed"),
    [
        ("discharge-team", "TRUST", True),
        ("coordinator", "HOUSING", False),
        ("trust-monitor", "TRUST", False),
        ("coordinator", "TRUST", False),
    ],
)
async def test_given_a_restricted_document_then_only_the_team_of_its_writer_sees_it(
    door: Door, intake: Intake, role: str, organisation: str, listed: bool
) -> None:
    case_id = await case_with(door, intake, document(confidentiality="R"))
    sign_in(door, role, organisation)

    page = (await door.client.get(f"/cases/{case_id}")).text
    assert ("Restricted" in page and "Discharge summary" in page) is listed


async def test_given_a_replacement_that_one_may_not_see_then_the_old_document_is_closed_all_the_same(
    door: Door, intake: Intake
) -> None:
    newer = document("T10", "D2", "D1", message_id="K2", sent="20260303100000", confidentiality="V")
    case_id = await case_with(door, intake, newer, document())

    page = await opened(door, case_id, "coordinator")
    assert "Replaced" in page
    assert links(page) == []


async def test_given_a_document_then_an_organisation_that_takes_no_part_finds_nothing(
    door: Door, intake: Intake
) -> None:
    case_id = await case_with(door, intake, document())
    [path] = links(await opened(door, case_id, "coordinator"))

    for role, organisation in (("coordinator", "STRANGER"), ("coordinator", "LANDLORD")):
        sign_in(door, role, organisation)
        assert {(await door.client.get(path + end)).status_code for end in ("", "/content")} == {404}
    sign_in(door, "operator")
    assert (await door.client.get(path)).status_code == 403


async def test_given_a_person_who_is_hidden_later_then_nobody_opens_the_document_any_more(
    door: Door, intake: Intake
) -> None:
    case_id = await case_with(door, intake, document())
    [path] = links(await opened(door, case_id, "coordinator"))
    await intake.take(Sample("A31", "M9", sent="20260304090000", more={"ZU8": {4: "1"}}).raw())

    for role in ("coordinator", "discharge-team"):
        page = await opened(door, case_id, role)
        assert "Discharge summary" not in page
        assert (await door.client.get(path)).status_code == 404


async def test_given_a_referral_by_hl7_when_settled_then_there_is_a_case_with_its_note_and_its_end(
    door: Door, intake: Intake
) -> None:
    """The same case, words and history as by any other door."""
    sent = "20260301090000"
    await intake.take(Sample().raw(), referral("REF^I12", "NTE|1||Stairs to the door.", sent=sent))
    assert await door.settle() == 1
    async with transaction(door.worker) as session:
        [case] = (await session.scalars(select(CaseRow))).all()
    assert (case.stage, case.external_id, case.awaiting_spell, case.ward) == (
        "referred",
        "RXH|R77",
        False,
        "ELM",
    )
    changed = referral(
        "REF^I13", "NTE|1||Daughter has the keys.", message_id="K2", sent=sent, reason="equipment"
    )
    await intake.take(changed)
    await door.settle()

    page = await opened(door, case.id, "coordinator")
    assert "Stairs to the door." in page
    assert "Referral corrected: reasons: equipment needed at home" in page
    assert "Daughter has the keys." in page

    await intake.take(referral("REF^I14", message_id="K3", sent=sent))
    await door.settle()
    async with transaction(door.worker) as session:
        [case] = (await session.scalars(select(CaseRow))).all()
    assert (case.stage, case.outcome) == ("closed", "withdrawn")


async def test_given_the_pages_when_looked_at_in_a_browser_then_nothing_is_wrong(
    door: Door, intake: Intake, looking: Looking
) -> None:
    asked = form("OBX|1|CE|Q1^Who lives with you?^L||A^Nobody^L", message_id="K2")
    case_id = await case_with(door, intake, document(), asked)
    pages = [f"/cases/{case_id}", *links(await opened(door, case_id, "coordinator"))]

    for path in pages:
        seen = await looking.look(path, narrow=path != pages[0])
        assert (seen.faults, seen.console) == ([], [])
