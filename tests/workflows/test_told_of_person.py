"""What a partner is told of the person: what its part in the case sees, and no more."""

from __future__ import annotations

import json
from datetime import date
from uuid import UUID, uuid4

import pytest
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncEngine

from discharge.cases.model import Case, Participant
from discharge.sight import EVERYTHING, SIGHTS
from discharge.store.engine import transaction
from discharge.store.tables import Person, PersonAddress
from fhir_adapters.fhir.people import patient
from tests.fixtures.postgres import Places
from workflows.store.people import person_facts, told

BORN, NUMBER, POSTCODE = "1941-05-02", "9990000018", "ZZ99 3WZ"
SUPPLIER, LANDLORD, NOBODY = uuid4(), uuid4(), uuid4()


def part(organisation_id: UUID, role: str) -> Participant:
    return Participant(organisation_id=organisation_id, role=role, basis="consent", from_on=date(2026, 3, 1))


CASE = Case(case_id=uuid4(), participants=(part(SUPPLIER, "equipment"), part(LANDLORD, "landlord")))


@pytest.mark.parametrize(
    ("receiver", "kind", "sight"),
    [
        (SUPPLIER, "order", SIGHTS["supplier"]),
        (SUPPLIER, "order-cancelled", SIGHTS["supplier"]),
        (LANDLORD, "order", SIGHTS["landlord"]),
        (NOBODY, "order", SIGHTS["supplier"]),
        (LANDLORD, "hazard", SIGHTS["supplier"]),
        (NOBODY, "hazard", SIGHTS["supplier"]),
        (NOBODY, "duty-to-refer", EVERYTHING),
    ],
)
def test_given_a_receiver_then_it_is_told_what_its_part_sees(
    receiver: UUID, kind: str, sight: object
) -> None:
    assert told(CASE, receiver, kind) == sight


@pytest.mark.parametrize(
    ("relation", "seen"),
    [
        ("supplier", {POSTCODE}),
        ("landlord", set()),
        ("council", {NUMBER, BORN, POSTCODE, "female"}),
        ("responsible-trust", {NUMBER, BORN, POSTCODE, "female"}),
    ],
)
async def test_given_a_relation_when_a_person_is_sent_then_number_birth_date_sex_and_address_are_for_some(
    relation: str, seen: set[str], worker: AsyncEngine, places: Places, person_id: UUID
) -> None:
    async with transaction(worker) as session:
        await session.execute(update(Person).values(sex="female"))
        session.add(PersonAddress(person_id=person_id, lines="1 Invented Row", postcode=POSTCODE))
    async with transaction(worker) as session:
        facts = await person_facts(session, person_id, places.landlord, SIGHTS[relation])  # type: ignore[index]
    sent = json.dumps(patient(facts))
    assert "Ashdown" in sent
    assert {each for each in (NUMBER, BORN, POSTCODE, "female") if each in sent} == seen
