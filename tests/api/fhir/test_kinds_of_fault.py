"""Inputs that were once read wrongly, each kind with variants: right, refused or said, and never silent."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select

from discharge.store.engine import transaction
from discharge.store.tables import NoteRow
from tests.api.conftest import Door
from tests.api.fhir.posting import (
    FHIR,
    NHS,
    ODS,
    OTHER,
    PATIENT,
    SERVICE,
    SNOMED,
    bundle,
    entry,
    found,
    made,
    nothing_taken,
    post,
    request,
    told,
)

pytestmark = pytest.mark.usefixtures("inpatients")

PERSON_URL = "urn:uuid:6f6c1f0a-0000-4000-8000-000000000001"
BESIDE = entry({name: value for name, value in PATIENT.items() if name != "id"}, PERSON_URL)
REFERRAL = entry(request(contained=None, subject={"reference": PERSON_URL}))


# Entries that are not kept; a batch


@pytest.mark.parametrize(
    ("more", "where"),
    [
        (
            entry(
                {
                    "resourceType": "Flag",
                    "status": "active",
                    "code": {"text": "x"},
                    "subject": {"display": "x"},
                }
            ),
            "Bundle.entry[2]",
        ),
        (
            entry(
                {
                    "resourceType": "Consent",
                    "status": "rejected",
                    "scope": {"text": "x"},
                    "category": [{"text": "x"}],
                    "policyRule": {"text": "x"},
                }
            ),
            "Bundle.entry[2]",
        ),
        ({"request": {"method": "DELETE", "url": "Patient/1"}}, "Bundle.entry[2].request.method"),
        (
            {"resource": PATIENT, "request": {"method": "PUT", "url": "Patient/p"}},
            "Bundle.entry[2].request.method",
        ),
        (entry({"resourceType": "Patient", "name": [{"family": "Somebody"}]}), "Bundle.entry[2]"),
    ],
)
async def test_given_a_transaction_when_an_entry_would_not_be_kept_then_all_is_refused_by_its_path(
    door: Door, more: dict[str, Any], where: str
) -> None:
    answer = await post(door, bundle("transaction", BESIDE, REFERRAL, more), "")

    assert told(answer) == (422, "not-kept", where)
    await nothing_taken(door)


async def test_given_a_transaction_when_taken_then_each_entry_is_answered_for_what_became_of_it(
    door: Door,
) -> None:
    ward = entry({"resourceType": "Location", "name": "ASH"}, "urn:uuid:1")
    asked = request(
        contained=None, subject={"reference": PERSON_URL}, locationReference=[{"reference": "urn:uuid:1"}]
    )
    whole = bundle("transaction", BESIDE, entry(asked), ward)
    await post(door, whole, "")
    await door.settle()
    answer = (await post(door, whole, "")).json()
    person, referral, place = (each["response"] for each in answer["entry"])

    assert answer["type"] == "transaction-response"
    assert person["location"].startswith("Patient/")
    assert referral["location"].startswith("ServiceRequest/")
    assert "location" not in place
    assert [each["outcome"]["issue"][0]["diagnostics"] for each in (person, place)] == ["Patient", "Location"]


async def test_given_a_batch_when_posted_then_each_entry_is_done_or_refused_by_itself(door: Door) -> None:
    mixed = bundle(
        "batch",
        entry(request()),
        entry(
            {"resourceType": "Flag", "status": "active", "code": {"text": "x"}, "subject": {"display": "x"}}
        ),
        entry(request(patient=OTHER, identifier=None, status="draft")),
        {"request": {"method": "DELETE", "url": "Patient/1"}},
        entry(request(patient=OTHER, identifier=None)),
    )
    first = (await post(door, mixed, "")).json()
    await door.settle()
    answer = (await post(door, mixed, "")).json()

    assert (first["type"], answer["type"]) == ("batch-response", "batch-response")
    taken = [each["response"]["status"][:3] for each in first["entry"]]
    assert taken == ["202", "422", "422", "422", "202"]
    assert [each["response"]["status"][:3] for each in answer["entry"]][:4] == ["200", "422", "422", "422"]
    outcome = answer["entry"][2]["response"]["outcome"]["issue"][0]
    assert outcome["expression"] == ["Bundle.entry[2].resource.status"]
    assert answer["entry"][0]["resource"]["identifier"][0]["value"] == "DUP-1"


async def test_given_a_batch_with_very_many_entries_when_posted_then_it_is_refused(door: Door) -> None:
    answer = await post(door, bundle("batch", *[entry(request())] * 101), "")

    assert told(answer) == (422, "limits", "Bundle.entry")


# A request for something else


@pytest.mark.parametrize(
    ("elements", "where"),
    [
        (
            {
                "code": {"coding": [{"system": SNOMED, "code": "169069000", "display": "CT of chest"}]},
                "category": [{"coding": [{"system": SNOMED, "code": "363679005", "display": "Imaging"}]}],
            },
            "code",
        ),
        ({"category": [{"coding": [{"system": SNOMED, "code": "363679005"}]}]}, "category"),
        ({"code": {"text": "CT of chest"}}, "code"),
        (
            {
                "code": {"coding": [{"system": SNOMED, "code": "169069000"}]},
                "category": [{"coding": [{"system": SERVICE, "code": "home-suitability"}]}],
            },
            "code",
        ),
    ],
)
async def test_given_a_request_for_something_else_when_posted_then_it_is_refused_and_told_what_is_taken(
    door: Door, elements: dict[str, Any], where: str
) -> None:
    answer = await post(door, request(**elements))

    assert told(answer) == (422, "not-our-service", f"ServiceRequest.{where}")
    assert f"{SERVICE}|home-suitability" in answer.text
    await nothing_taken(door)


@pytest.mark.parametrize(
    "elements",
    [
        {},
        {"code": {"coding": [{"system": SERVICE, "code": "home-suitability"}]}},
        {
            "category": [
                {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v2-0281", "code": "HOM"}]}
            ]
        },
        {
            "code": {
                "coding": [{"system": SNOMED, "code": "1"}, {"system": SERVICE, "code": "home-suitability"}]
            },
            "category": [{"coding": [{"system": SNOMED, "code": "3457005"}]}],
        },
    ],
)
async def test_given_a_request_for_the_home_when_posted_then_it_is_taken(
    door: Door, elements: dict[str, Any]
) -> None:
    assert (await post(door, request(**elements))).status_code == 202


# Elements that change the meaning


# Names of ours that are misspelt, misplaced or given twice


async def test_given_a_reason_in_another_list_when_referred_then_its_words_stand_in_the_note(
    door: Door,
) -> None:
    pain = {"coding": [{"system": SNOMED, "code": "57676002", "display": "Joint pain"}]}
    await made(door, request(reasonCode=[pain], note=[{"text": "Key safe."}]))
    case = (await found(door, "ServiceRequest"))[0]["id"]
    async with transaction(door.worker) as session:
        note = (await session.scalars(select(NoteRow))).one()

    assert (str(note.case_id), note.text) == (case, f"Key safe.\nJoint pain ({SNOMED}|57676002)")


# What is not read is named to whoever works on the case


@pytest.mark.parametrize("shape", ["single", "transaction"])
async def test_given_what_is_not_read_when_referred_then_the_note_names_it_and_repeats_nothing(
    door: Door, shape: str
) -> None:
    pain = {"resourceType": "Condition", "id": "c", "subject": {"reference": "#p"}, "code": {"text": "Pain"}}
    widowed = {**PATIENT, "maritalStatus": {"text": "Widowed"}}
    if shape == "single":
        asked = request(contained=[widowed, pain], priority="urgent", reasonReference=[{"reference": "#c"}])
        await made(door, asked)
    else:
        beside = {name: value for name, value in widowed.items() if name != "id"}
        asked = request(contained=None, subject={"reference": PERSON_URL}, priority="urgent")
        await made(door, bundle("transaction", entry(beside, PERSON_URL), entry(asked)), "")
    async with transaction(door.worker) as session:
        note = (await session.scalars(select(NoteRow))).one().text
    also = ["Condition"] if shape == "single" else []
    named = [*also, "Patient.maritalStatus", "ServiceRequest.priority"]
    named += ["ServiceRequest.reasonReference"] if shape == "single" else []

    assert note == f"Sent with the referral and not read here: {', '.join(named)}. See the message."


# Who asks, where, and for which stay: never silently somebody else


@pytest.mark.parametrize(
    ("elements", "where"),
    [
        ({"requester": {"reference": "Practitioner/5"}}, "requester"),
        ({"requester": {"display": "Ward sister"}}, "requester"),
        (
            {"requester": {"identifier": {"system": "https://fhir.hl7.org.uk/Id/gmc-number", "value": "1"}}},
            "requester",
        ),
        (
            {
                "contained": [
                    PATIENT,
                    {"resourceType": "Practitioner", "id": "d", "name": [{"family": "D"}]},
                ],
                "requester": {"reference": "#d"},
            },
            "requester",
        ),
        ({"encounter": {"reference": "Encounter/5"}}, "encounter"),
        ({"locationReference": [{"reference": "Location/5"}]}, "locationReference"),
    ],
)
async def test_given_a_reference_that_leads_nowhere_when_posted_then_it_is_refused(
    door: Door, elements: dict[str, Any], where: str
) -> None:
    answer = await post(door, request(**elements))

    assert told(answer) == (422, "invalid-body", f"ServiceRequest.{where}")
    await nothing_taken(door)


async def test_given_a_requester_by_role_and_organisation_when_posted_then_it_is_found(door: Door) -> None:
    role = {"resourceType": "PractitionerRole", "id": "r", "organization": {"reference": "#o"}}
    trust = {"resourceType": "Organization", "id": "o", "identifier": [{"system": ODS, "value": "TRUST"}]}
    asked = request(contained=[PATIENT, role, trust], requester={"reference": "#r"})
    await made(door, asked)
    [referral] = await found(door, "ServiceRequest")

    assert "TRUST" in (referral["requester"]["identifier"]["value"], referral["requester"].get("display", ""))


@pytest.mark.parametrize(
    "reference",
    [
        "http://homeward.test/fhir/R4/Patient/{id}",
        "Patient/{id}",
        "Patient/{id}/_history/1",
        f"Patient?identifier={NHS}|9990000018",
    ],
)
async def test_given_a_person_whom_we_hold_when_named_by_any_address_of_ours_then_it_is_they(
    door: Door, reference: str
) -> None:
    await made(door, request())
    [held] = await found(door, "ServiceRequest")
    person = held["subject"]["reference"].removeprefix("Patient/")
    asked = request(contained=None, identifier=None, subject={"reference": reference.format(id=person)})
    assert (await post(door, asked)).status_code == 202
    await door.settle()

    assert [each["id"] for each in await found(door, "ServiceRequest")] == [held["id"]]


async def test_given_a_person_at_anothers_address_when_referred_then_it_is_refused(door: Door) -> None:
    elsewhere = {"reference": f"https://other.example/fhir/Patient/{uuid4()}"}
    answer = await post(door, request(contained=None, subject=elsewhere))

    assert told(answer) == (422, "unknown-patient", "ServiceRequest.subject.reference")


# Not UTF-8


@pytest.mark.parametrize(
    ("path", "place"),
    [("/fhir/R4/ServiceRequest", "Resource"), ("/fhir/R4", "Resource")],
)
@pytest.mark.parametrize(("body", "at"), [(b'{"a":"\xff"}', 6), (b'{"note": "caf\xe9"}', 13)])
async def test_given_a_body_that_is_not_utf8_when_posted_by_fhir_then_it_is_said_where(
    door: Door, path: str, place: str, body: bytes, at: int
) -> None:
    headers = door.headers("system") | {"Content-Type": FHIR}
    answer = await door.client.post(path, content=body, headers=headers)

    assert told(answer) == (400, "not-utf8", place)
    assert answer.json()["issue"][0]["diagnostics"] == f"byte {at}"
