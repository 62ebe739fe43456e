"""A hidden location takes effect at once wherever it is stored already, and so does its lifting."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest

from discharge.store.engine import transaction
from discharge.store.tables import Person
from fhir_adapters.store.tables import InboxRow
from tests.api.conftest import Door
from tests.api.signing_in import sign_in
from tests.fhir_adapters.hl7v2.conftest import Intake
from tests.fhir_adapters.hl7v2.samples import OTHER_NHS, Sample
from workflows.store.people import person_facts

JOAN = Sample(
    more={"NK1": {1: "1", 2: "ASHDOWN^PETER", 3: "15", 4: "9 ELM ROW^^LEEDS^^LS9 9ZZ", 5: "01139998887"}}
)
HIDE = JOAN.but(trigger="A31", message_id="M2", sent="20260303090000")
LIFT = JOAN.but(trigger="A31", message_id="M3", sent="20260304090000")
SECRETS = ("1 ACACIA AVENUE", "LS1 1AA", "01134960000", "07700900123", "01139998887")


async def everything(door: Door, intake: Intake, case_id: UUID) -> dict[str, str]:
    """Every place in which whereabouts could be read, by name."""
    people = [row for row in await intake.rows(Person) if row.merged_into is None]
    first = next(row.id for row in await intake.rows(InboxRow) if row.message_id == "M1")
    sign_in(door, "coordinator")
    places = {"case page": (await door.client.get(f"/cases/{case_id}")).text}
    places["told page"] = (await door.client.get(f"/cases/{case_id}/told")).text
    sign_in(door, "discharge-team")
    places["search page"] = (await door.client.get("/referrals/new?text=ashdown")).text
    places["referral page"] = (await door.client.get(f"/referrals/new/{people[0].id}")).text
    sign_in(door, "operator")
    places["raw message"] = (await door.client.get(f"/messages/{first}")).text
    places["case JSON"] = (await door.get(f"/api/v1/cases/{case_id}", "coordinator")).text
    for person in people:
        places[f"Patient {person.family_name}"] = (
            await door.get(f"/fhir/R4/Patient/{person.id}", "discharge-team")
        ).text
    places["ServiceRequest"] = (await door.get(f"/fhir/R4/ServiceRequest/{case_id}", "coordinator")).text
    async with transaction(door.worker) as session:
        places["what waits to be sent"] = str(await person_facts(session, people[0].id, uuid4()))
    return places


def telling(places: dict[str, str]) -> set[str]:
    """The places that tell something of where the person is."""
    return {name for name, text in places.items() if any(secret in text for secret in SECRETS)}


async def admitted(door: Door, intake: Intake) -> UUID:
    await intake.take(JOAN.raw())
    return await door.referred()


TELLING = {"case page", "raw message", "case JSON", "Patient ASHDOWN", "what waits to be sent"}


@pytest.mark.parametrize(
    ("hides", "lifts"),
    [
        ({"ZU8": {4: "1"}}, {"ZU8": {4: "0"}}),
        ({"ZU8": {4: "2"}}, {"ZU8": {4: "0"}}),
        ({"PV1": {16: "Y"}}, {"PV1": {16: "N"}}),
        ({"PV1": {16: "S"}}, {"PV1": {16: "N"}}),
    ],
    ids=["local", "national", "stop noted", "sensitive"],
)
async def test_given_hiding_then_no_place_tells_at_once_and_lifting_shows_again(
    door: Door, intake: Intake, hides: dict[str, dict[int, str]], lifts: dict[str, dict[int, str]]
) -> None:
    case_id = await admitted(door, intake)
    assert telling(await everything(door, intake, case_id)) >= TELLING

    silent = {"PID": {11: "", 13: ""}}
    await intake.take(HIDE.but(more={**silent, **hides}).raw())
    assert telling(await everything(door, intake, case_id)) == set()

    await intake.take(LIFT.but(more={**silent, **lifts}).raw())
    assert telling(await everything(door, intake, case_id)) >= TELLING


async def test_given_a_person_merged_with_a_hidden_one_then_no_place_tells(
    door: Door, intake: Intake
) -> None:
    case_id = await admitted(door, intake)
    other = JOAN.but(message_id="O1", nhs=OTHER_NHS, local="H200", visit="V2", more={"ZU8": {4: "1"}})
    merge = JOAN.but(trigger="A40", message_id="O2", sent=HIDE.sent, more={"MRG": {1: "H200^^^RXH^MR"}})

    await intake.take(other.raw(), merge.raw())

    assert telling(await everything(door, intake, case_id)) == set()


async def test_given_a_hidden_person_merged_away_then_the_case_they_had_does_not_tell(
    door: Door, intake: Intake
) -> None:
    """The one who goes on says nothing of hiding: it comes with the record that was merged."""
    case_id = await admitted(door, intake)
    await intake.take(HIDE.but(more={"ZU8": {4: "1"}}).raw())
    other = JOAN.but(message_id="O1", nhs=OTHER_NHS, local="H200", visit="V2")
    merge = other.but(trigger="A40", message_id="O2", sent=LIFT.sent, more={"MRG": {1: "H100^^^RXH^MR"}})

    await intake.take(other.raw(), merge.raw())

    assert telling(await everything(door, intake, case_id)) == set()
