"""The FHIR door: what it takes, what it refuses and at which element, and what can be read back."""

from __future__ import annotations

import copy
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, update

from discharge.errors import ERRORS
from discharge.store.engine import transaction
from discharge.store.tables import Person, PersonAddress
from fhir_adapters.store.tables import InboxRow
from tests.api.conftest import Door

FHIR = "application/fhir+json"

BARRIERS = "https://homeward.example/fhir/CodeSystem/housing-barrier"

PATIENT: dict[str, Any] = {
    "resourceType": "Patient",
    "id": "p1",
    "identifier": [{"system": "https://fhir.nhs.uk/Id/nhs-number", "value": "9990000018"}],
    "name": [{"use": "official", "family": "Ashdown", "given": ["Edith"]}],
    "gender": "female",
    "birthDate": "1941-05-02",
}

REQUEST: dict[str, Any] = {
    "resourceType": "ServiceRequest",
    "contained": [PATIENT],
    "identifier": [{"system": "https://trust.example/referrals", "value": "R-77"}],
    "status": "active",
    "intent": "order",
    "subject": {"reference": "#p1"},
    "authoredOn": "2026-03-01",
    "reasonCode": [
        {
            "coding": [
                {"system": "https://homeward.example/fhir/CodeSystem/housing-barrier", "code": "adaptation"}
            ]
        }
    ],
    "locationReference": [{"display": "6B"}],
}


def changed(path: str, value: Any) -> dict[str, Any]:
    """The request with one element changed, named by a path like ``contained.0.gender``; None removes it."""
    request: Any = copy.deepcopy(REQUEST)
    node = request
    *steps, last = path.split(".")
    for step in steps:
        node = node[int(step)] if step.isdigit() else node[step]
    if value is None:
        del node[last]
    else:
        node[last] = value
    return dict(request)


@pytest.fixture(autouse=True)
async def inpatient(door: Door) -> UUID:
    """The person is in one of the trust's beds, so that it refers by itself."""
    return await door.admitted()


async def posted(door: Door, body: Any, path: str = "/fhir/R4/ServiceRequest", **headers: str) -> Any:
    headers = {"Content-Type": FHIR} | headers
    return await door.post(path, body, "system", **headers)


async def test_given_temporal_away_when_a_referral_is_posted_then_it_is_taken_with_a_place_to_ask(
    door: Door,
) -> None:
    answer = await posted(door, REQUEST)

    assert answer.status_code == 202
    assert answer.headers["retry-after"] == "5"
    assert answer.headers["content-location"].startswith("/api/v1/commands/")
    assert answer.json()["resourceType"] == "OperationOutcome"
    assert answer.json()["issue"][0]["severity"] == "information"


async def test_given_a_referral_when_done_then_it_reads_back_as_request_task_and_patient(door: Door) -> None:
    await posted(door, REQUEST)
    await door.settle()
    number = "https://trust.example/referrals|R-77"
    found = await door.get(f"/fhir/R4/ServiceRequest?identifier={number}", "system")
    request = found.json()["entry"][0]["resource"]

    assert found.json()["total"] == 1
    assert request["status"] == "active"
    assert request["authoredOn"] == "2026-03-01"
    assert request["reasonCode"][0]["coding"][0]["code"] == "adaptation"
    tasks = await door.get(f"/fhir/R4/Task?focus=ServiceRequest/{request['id']}", "system")
    assert tasks.json()["entry"][0]["resource"]["status"] == "received"
    person = await door.get(f"/fhir/R4/{request['subject']['reference']}", "system")
    assert person.json()["name"][0]["family"] == "Ashdown"


async def test_given_a_referral_when_posted_again_without_a_key_then_its_identifier_is_recognised(
    door: Door,
) -> None:
    first = await posted(door, REQUEST)
    await door.settle()
    again = await posted(door, REQUEST)

    assert again.status_code == 200
    place = again.headers["location"]
    assert place.startswith("http://homeward.test/fhir/R4/ServiceRequest/")
    assert again.json()["id"] in place
    assert first.json()["issue"][0]["details"]["coding"]
    assert await door.settle() == 0


async def test_given_if_none_exist_when_it_names_the_same_identifier_then_it_is_the_same_referral(
    door: Door,
) -> None:
    await posted(door, REQUEST)
    await door.settle()
    condition = "identifier=https://trust.example/referrals|R-77"
    again = await posted(door, changed("identifier", None), **{"If-None-Exist": condition})

    assert again.status_code == 200
    assert await door.settle() == 0


async def test_given_another_referral_for_the_person_when_posted_then_the_open_case_answers(
    door: Door,
) -> None:
    await posted(door, REQUEST)
    await door.settle()
    case_id = (await door.get("/api/v1/cases", "system")).json()["cases"][0]["case_id"]
    other = await posted(door, changed("identifier.0.value", "R-78"))
    await door.settle()

    assert other.status_code == 202
    found = await door.get("/api/v1/cases", "system")
    assert [each["case_id"] for each in found.json()["cases"]] == [case_id]


async def test_given_a_transaction_when_posted_then_patient_and_referral_are_taken_together(
    door: Door,
) -> None:
    request = changed("contained", None) | {"subject": {"reference": "urn:uuid:0d1f"}}
    bundle = {
        "resourceType": "Bundle",
        "type": "transaction",
        "entry": [
            {
                "fullUrl": "urn:uuid:0d1f",
                "resource": PATIENT,
                "request": {"method": "POST", "url": "Patient"},
            },
            {"resource": request, "request": {"method": "POST", "url": "ServiceRequest"}},
        ],
    }
    answer = await posted(door, bundle, "/fhir/R4")
    assert answer.status_code == 202
    await door.settle()
    again = await posted(door, bundle, "/fhir/R4")

    assert again.status_code == 200
    entries = [entry["response"] for entry in again.json()["entry"]]
    assert entries[0]["location"].startswith("Patient/")
    assert entries[1]["location"].startswith("ServiceRequest/")


@pytest.mark.parametrize(
    ("path", "value", "status", "issue", "where"),
    [
        ("status", "actve", 422, "code-invalid", "ServiceRequest.status"),
        ("status", "draft", 422, "invalid", "ServiceRequest.status"),
        ("intent", "wish", 422, "code-invalid", "ServiceRequest.intent"),
        ("intent", None, 400, "structure", "ServiceRequest.intent"),
        ("subject", None, 400, "structure", "ServiceRequest.subject"),
        ("colour", "red", 400, "structure", "ServiceRequest.colour"),
        ("authoredOn", "yesterday", 400, "structure", "ServiceRequest.authoredOn"),
        ("contained.0.gender", "woman", 422, "code-invalid", "ServiceRequest.contained[0].gender"),
        ("contained.0.shoes", 42, 400, "structure", "ServiceRequest.contained[0].shoes"),
        (
            "contained.0.identifier.0.value",
            "9990000019",
            422,
            "invalid",
            "ServiceRequest.contained[0].identifier[0].value",
        ),
        ("contained.0.name.0.family", "x" * 500, 422, "invalid", "ServiceRequest.contained[0].name"),
        ("contained.0.identifier", None, 422, "not-found", "ServiceRequest.contained[0].identifier"),
        ("subject.reference", "#nobody", 422, "not-found", "ServiceRequest.subject.reference"),
        (
            "reasonCode.0.coding.0.code",
            "haunted",
            422,
            "code-invalid",
            "ServiceRequest.reasonCode[0].coding[0].code",
        ),
    ],
)
async def test_given_a_fault_when_posted_then_the_outcome_names_its_element(
    door: Door, path: str, value: Any, status: int, issue: str, where: str
) -> None:
    answer = await posted(door, changed(path, value))

    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == FHIR
    first = answer.json()["issue"][0]
    assert (first["code"], first["expression"]) == (issue, [where])
    assert str(value) not in answer.text or len(str(value)) < 3
    assert await door.settle() == 0


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "invalid-fhir"),
        (b"{", "invalid-fhir"),
        (b"[]", "invalid-fhir"),
        (b'{"resourceType":"Patient"}', "invalid-fhir"),
        (b"\xff\xfe", "not-utf8"),
        (b"[" * 5000, "limits"),
    ],
)
async def test_given_what_is_no_service_request_when_posted_then_it_is_refused_and_kept(
    door: Door, body: bytes, code: str
) -> None:
    headers = door.headers("system") | {"Content-Type": FHIR}
    answer = await door.client.post("/fhir/R4/ServiceRequest", content=body, headers=headers)

    assert answer.status_code == ERRORS[code].http
    assert answer.json()["issue"][0]["code"] == ERRORS[code].issue
    async with transaction(door.worker) as session:
        kept = (await session.scalars(select(InboxRow))).one()
    assert (kept.raw, kept.state, kept.code) == (body, "rejected", code)


async def test_given_a_referral_when_taken_then_its_bytes_are_kept_with_it(door: Door) -> None:
    answer = await posted(door, REQUEST)
    async with transaction(door.worker) as session:
        kept = (await session.scalars(select(InboxRow))).one()

    assert kept.raw == answer.request.content
    assert (kept.state, kept.message_type) == ("interpreted", "ServiceRequest")


async def test_given_another_format_when_posted_then_it_is_not_taken(door: Door) -> None:
    answer = await posted(door, REQUEST, **{"Content-Type": "application/xml"})

    assert answer.status_code == 415


async def test_given_more_bytes_than_allowed_when_posted_then_nothing_is_read(door: Door) -> None:
    big = changed("note", [{"text": "x" * 1_100_000}])
    answer = await posted(door, big)

    assert answer.status_code == 413
    assert answer.json()["issue"][0]["code"] == "too-long"


async def test_given_a_hidden_location_when_the_person_is_read_then_there_is_no_address(
    door: Door, inpatient: UUID
) -> None:
    async with transaction(door.worker) as session:
        session.add(PersonAddress(person_id=inpatient, lines="4 Larch Walk", postcode="ZZ99 3VZ"))
    await posted(door, REQUEST)
    await door.settle()
    case = (await door.get("/api/v1/cases", "system")).json()["cases"][0]
    path = f"/fhir/R4/Patient/{case['person']['person_id']}"
    assert "Larch Walk" in (await door.get(path, "system")).text

    async with transaction(door.worker) as session:
        await session.execute(update(Person).values(hidden_by_feed=True))
    for address in (path, f"/api/v1/cases/{case['case_id']}", f"/fhir/R4/ServiceRequest/{case['case_id']}"):
        assert "Larch Walk" not in (await door.get(address, "system")).text


async def test_given_an_unknown_id_when_read_then_the_outcome_says_not_found(door: Door) -> None:
    for place in (f"ServiceRequest/{uuid4()}", "ServiceRequest/no-id", f"Task/{uuid4()}", "Nonsense"):
        answer = await door.get(f"/fhir/R4/{place}", "system")
        assert answer.status_code == 404
        assert answer.json()["resourceType"] == "OperationOutcome"
