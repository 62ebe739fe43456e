"""MDM and question forms: kept as documents of the person."""

from __future__ import annotations

import base64
import itertools

import pytest
from sqlalchemy import select
from sqlalchemy.orm import undefer

from discharge.store.engine import transaction
from discharge.store.tables import DocumentRow, Person, Spell
from fhir_adapters.store.tables import FactRow, InboxRow
from tests.fhir_adapters.hl7v2.conftest import Intake
from tests.fhir_adapters.hl7v2.other_samples import document, form, message
from tests.fhir_adapters.hl7v2.samples import OTHER_NHS, Sample

PDF = b"%PDF-1.4 invented"
ED = f"OBX|1|ED|PDF^Summary||^AP^PDF^Base64^{base64.b64encode(PDF).decode()}||||||F"


async def documents(intake: Intake) -> list[DocumentRow]:
    async with transaction(intake.worker) as session:
        query = select(DocumentRow).options(undefer(DocumentRow.content)).order_by(DocumentRow.number)
        return list(await session.scalars(query))


async def test_given_a_summary_in_words_then_it_is_kept_with_person_and_stay(intake: Intake) -> None:
    await intake.take(Sample().raw(), document())

    [kept] = await documents(intake)
    [person], [spell] = await intake.rows(Person), await intake.rows(Spell)
    assert (kept.person_id, kept.spell_id, kept.organisation_id) == (
        person.id,
        spell.id,
        intake.organisation_id,
    )
    assert (kept.kind, kept.type_code, kept.title) == ("document", "DS", "Discharge summary")
    assert (kept.content_type, kept.content) == ("text/plain", b"Went home with a walking frame.")
    assert (kept.completion, kept.availability, kept.sensitivity) == ("AU", "AV", "ordinary")
    assert "walking frame" not in str([row.payload for row in await intake.rows(FactRow)])


async def test_given_a_file_then_its_bytes_are_kept(intake: Intake) -> None:
    await intake.take(document("T02", "D1", "", ED))

    [kept] = await documents(intake)
    assert (kept.content_type, kept.content) == ("application/pdf", PDF)


@pytest.mark.parametrize("confidentiality", ["R", "V", "X"])
async def test_given_a_restricted_document_then_it_is_restricted(
    intake: Intake, confidentiality: str
) -> None:
    await intake.take(document(confidentiality=confidentiality))

    assert [kept.sensitivity for kept in await documents(intake)] == ["restricted"]


async def test_given_edits_a_replacement_and_a_cancellation_then_every_order_ends_the_same(
    intake: Intake,
) -> None:
    seen = set()
    for run in range(24):
        own = {"local": f"P{run}", "visit": f"V{run}", "nhs": "", "born": f"19{run + 10}0502"}
        one, two = f"D1-{run}", f"D2-{run}"
        edit = "OBX|1|TX|S^S||Corrected."
        told = [
            document("T02", one, message_id=f"{run}K1", sent="20260303090000", **own),
            document("T08", one, "", edit, message_id=f"{run}K2", sent="20260303100000", **own),
            document("T10", two, one, message_id=f"{run}K3", sent="20260303110000", **own),
            document("T11", two, one, message_id=f"{run}K4", sent="20260303120000", **own),
        ]
        await intake.take(*list(itertools.permutations(told))[run])
        kept = {row.number: row for row in await documents(intake)}
        first, second = kept[one], kept[two]
        seen.add((first.content, first.cancelled_at, second.relation, second.cancelled_at is not None))
        assert second.parent_number == one

    assert seen == {(b"Corrected.", None, "replacement", True)}


async def test_given_a_number_that_is_somebody_elses_then_the_message_is_parked(intake: Intake) -> None:
    await intake.take(document())
    other = document(message_id="K2", nhs=OTHER_NHS, local="H200", visit="V2", born="19500101")

    [drained] = await intake.take(other)

    assert (drained.state, drained.reason) == ("parked", "document-of-another-person")


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (message("MDM^T02"), "no-txa"),
        (document(number=""), "document-without-number"),
        (document("T02", "D1", "", "OBX|1|ED|S||^AP^PDF^Base64^not base64!"), "document-unreadable"),
        (document("T02", "D1", "", "OBX|1|ED|S||^AP^PDF^Uuencode^x"), "document-encoding-unknown"),
    ],
)
async def test_given_a_document_that_cannot_be_kept_then_it_is_parked(
    intake: Intake, raw: bytes, reason: str
) -> None:
    [drained] = await intake.take(raw)

    assert (drained.state, drained.reason) == ("parked", reason)
    assert await documents(intake) == []


async def test_given_a_document_of_another_type_then_it_is_not_used(intake: Intake) -> None:
    [drained] = await intake.take(document(type="HP^History"))

    assert (drained.state, drained.reason) == ("not-used", "TXA-2")


async def test_given_a_question_form_then_questions_and_answers_are_kept(intake: Intake) -> None:
    await intake.take(
        form(
            "OBX|1|CE|Q1^Who lives with you?^L||A^Nobody^L||||||F",
            "OBX|2|ST|Q2^Steps to the door?^L||4|steps|||||F",
        )
    )

    [kept] = await documents(intake)
    assert (kept.kind, kept.title, kept.number) == ("form", "Home circumstances", "F9/HC1")
    assert kept.answers is not None
    assert [
        (each["question"], each["answer"], each["answer_code"], each["unit"]) for each in kept.answers
    ] == [
        ("Who lives with you?", "Nobody", "A", None),
        ("Steps to the door?", "4", None, "steps"),
    ]


async def test_given_the_form_corrected_then_the_later_answers_count(intake: Intake) -> None:
    first = form("OBX|1|ST|Q1^Steps?||4", message_id="K1")
    second = form("OBX|1|ST|Q1^Steps?||0", message_id="K2", sent="20260304090000", state="C")
    await intake.take(second, first)

    [kept] = await documents(intake)
    assert kept.answers is not None
    assert [each["answer"] for each in kept.answers] == ["0"]


async def test_given_a_laboratory_result_then_it_is_not_used(intake: Intake) -> None:
    [drained] = await intake.take(form("OBX|1|NM|NA^Sodium||140|mmol/L", code="UE^Urea and electrolytes"))

    assert (drained.state, drained.code) == ("not-used", "unknown-trigger")
    assert await intake.rows(Person) == []


async def test_given_any_other_kind_of_message_then_it_is_stored_and_listed_as_not_used(
    intake: Intake,
) -> None:
    kinds = [
        "SIU^S12",
        "ORM^O01",
        "VXU^V04",
        "RRI^I12",
        "REF^I15",
        "MDM^T12",
        "ZZZ^Z01",
        "BAR^P01",
        "MFN^M02",
    ]
    drained = await intake.take(*(message(kind, message_id=f"K{kind}") for kind in kinds))

    assert {one.state for one in drained} == {"not-used"}
    assert {row.reason for row in await intake.rows(InboxRow)} == set(kinds)
