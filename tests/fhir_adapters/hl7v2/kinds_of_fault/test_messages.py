"""Kinds of fault in how hospitals write: each through the real drain, with what is right for it.

The first test of a kind takes messages that were once read wrongly; the others are variants with other
triggers, fields and profiles.
"""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from discharge.store.engine import transaction
from discharge.store.tables import DocumentRow, Person, PersonAddress, Spell
from tests.fhir_adapters.hl7v2.conftest import Intake
from tests.fhir_adapters.hl7v2.kinds_of_fault.messages import adt, beryl, notes, profiled, pv1

# A bare & ^ ~ in a text


@pytest.mark.parametrize("profile", ["epic", "itk-2.4"])
async def test_given_a_bare_ampersand_in_lines_of_an_address_and_in_a_ward_then_the_whole_text_is_kept(
    owner: AsyncEngine, intake: Intake, profile: str
) -> None:
    await profiled(owner, intake, profile)
    home = "Flat 2 & 3 Mill Lane^Rose & Crown Yard^Harrow Vale^^ZZ99 3VZ^^H"
    ward = "A&E Short Stay^A&E Short Stay^B1^RXH"

    await intake.take(
        adt("A01", "202603011000", beryl("H1", address=home), pv1("V1", "202603011000", place=ward))
    )

    [row] = await intake.rows(PersonAddress)
    assert row.lines.split("\n")[:2] == ["Flat 2 & 3 Mill Lane", "Rose & Crown Yard"]
    [spell] = await intake.rows(Spell)
    assert spell.ward == "A&E Short Stay"
    assert await notes(intake) == ["delimiters-in-text"]


async def test_given_a_street_and_a_surname_in_parts_then_they_are_read_as_parts(
    intake: Intake,
) -> None:
    pid = "1||H1^^^RXH^MR||VAN DER BERG&VAN DER&BERG^IDA||19500101|F|||4&MILL LANE^^LEEDS^^LS1 1AA^^H"

    await intake.take(adt("A28", "202603011000", pid))

    [person] = await intake.rows(Person)
    assert person.family_name == "VAN DER BERG"
    [row] = await intake.rows(PersonAddress)
    assert row.lines.startswith("4 MILL LANE")
    assert await notes(intake) == [""]


async def test_given_a_bare_ampersand_in_a_surname_then_it_is_kept(intake: Intake) -> None:
    await intake.take(adt("A28", "202603011000", "1||H1^^^RXH^MR||SMITH&JONES^IDA||19500101|F"))

    [person] = await intake.rows(Person)
    assert person.family_name == "SMITH&JONES"


@pytest.mark.parametrize("kind", ["TX", "ST", "FT"])
async def test_given_bare_marks_in_the_text_of_a_document_then_nothing_of_it_is_lost(
    intake: Intake, kind: str
) -> None:
    text = "Lives with son & daughter. Key safe 4411 ^ dog in yard, rent 50 ~ 60"
    raw = adt(
        "T02",
        "202603011000",
        beryl("H1"),
        pv1("V1", "202603011000"),
        "TXA|1|DS|TX|20260301100000||||||||DOC19|||||AU||AV",
        f"OBX|1|{kind}|DOC||{text}||||||F",
    )

    await intake.take(raw.replace(b"ADT^T02", b"MDM^T02"))

    async with transaction(intake.worker) as session:
        content = await session.scalar(select(DocumentRow.content))
    assert (content or b"").decode() == text
