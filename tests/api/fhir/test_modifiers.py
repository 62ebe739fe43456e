"""What changes the meaning of a resource, and extensions: read, refused by path, or left alone."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.conftest import Door
from tests.api.fhir.posting import (
    OURS,
    PATIENT,
    bundle,
    entry,
    nothing_taken,
    post,
    request,
    told,
)
from tests.api.fhir.test_kinds_of_fault import BESIDE, PERSON_URL, REFERRAL

pytestmark = pytest.mark.usefixtures("inpatients")


@pytest.mark.parametrize(
    ("body", "where"),
    [
        (request(patient={"deceasedBoolean": True}), "contained[0].deceased"),
        (request(patient={"deceasedDateTime": "2026-02-27"}), "contained[0].deceased"),
        (request(patient={"active": False}), "contained[0].active"),
        (
            request(patient={"link": [{"other": {"display": "x"}, "type": "replaced-by"}]}),
            "contained[0].link[0].type",
        ),
        (request(doNotPerform=True), "doNotPerform"),
        (request(status="entered-in-error"), "status"),
        (request(status="revoked"), "status"),
        (request(intent="filler-order"), "intent"),
        (request(implicitRules="https://trust.example/rules"), "implicitRules"),
        (request(patient={"implicitRules": "https://trust.example/rules"}), "contained[0].implicitRules"),
        (
            request(modifierExtension=[{"url": "https://trust.example/not", "valueBoolean": True}]),
            "modifierExtension",
        ),
        (
            request(
                patient={
                    "contact": [
                        {
                            "name": {"family": "X"},
                            "modifierExtension": [{"url": "https://trust.example/not", "valueBoolean": True}],
                        }
                    ]
                }
            ),
            "contained[0].contact[0].modifierExtension",
        ),
        (
            request(
                contained=[
                    PATIENT,
                    {
                        "resourceType": "Encounter",
                        "id": "e",
                        "status": "entered-in-error",
                        "class": {"code": "IMP"},
                        "identifier": [{"value": "V1"}],
                    },
                ],
                encounter={"reference": "#e"},
            ),
            "contained[1].status",
        ),
        (
            request(
                contained=[
                    PATIENT,
                    {"resourceType": "Location", "id": "w", "status": "inactive", "name": "6B"},
                ],
                locationReference=[{"reference": "#w"}],
            ),
            "contained[1].status",
        ),
    ],
)
async def test_given_what_changes_the_meaning_when_posted_then_it_is_refused_by_its_path(
    door: Door, body: dict[str, Any], where: str
) -> None:
    answer = await post(door, body)

    assert told(answer) == (422, "invalid-body", f"ServiceRequest.{where}")
    await nothing_taken(door)


async def test_given_a_modifier_inside_a_transaction_when_posted_then_it_is_refused_too(door: Door) -> None:
    dead = entry({**BESIDE["resource"], "deceasedBoolean": True}, PERSON_URL)
    answer = await post(door, bundle("transaction", dead, REFERRAL), "")

    assert told(answer) == (422, "invalid-body", "Bundle.entry[0].resource.deceased")


async def test_given_modifiers_that_say_nothing_against_it_when_posted_then_it_is_taken(door: Door) -> None:
    alive = {"deceasedBoolean": False, "active": True}
    assert (await post(door, request(patient=alive, doNotPerform=False))).status_code == 202


def extension(name: str, **value: Any) -> dict[str, Any]:
    return {"url": f"{OURS}/StructureDefinition/{name}", **value}


@pytest.mark.parametrize(
    ("elements", "where", "nearest"),
    [
        (
            {"extension": [extension("expected-discharge", valueDate="2026-12-20")]},
            "extension[0].url",
            "expected-discharge-date",
        ),
        ({"extension": [extension("Tenure", valueCode="private-rent")]}, "extension[0].url", "tenure"),
        (
            {"extension": [{"url": "http://homeward.example/fhir/tenure", "valueCode": "private-rent"}]},
            "extension[0].url",
            "tenure",
        ),
        (
            {"reasonCode": [{"coding": [{"system": f"{OURS}/CodeSystem/barrier", "code": "adaptation"}]}]},
            "reasonCode[0].coding[0].system",
            "housing-barrier",
        ),
        (
            {"extension": [extension("tenure", valueCode="private-rent")] * 2},
            "extension[1].url",
            "given twice",
        ),
        (
            {
                "requester": {
                    "identifier": {"system": "https://fhir.nhs.uk/Id/ods-organisation-code", "value": "X"}
                }
            },
            "requester.identifier.system",
            "ods-organization-code",
        ),
    ],
)
async def test_given_a_name_that_is_nearly_ours_when_posted_then_it_is_refused_with_the_nearest(
    door: Door, elements: dict[str, Any], where: str, nearest: str
) -> None:
    answer = await post(door, request(**elements))

    assert told(answer) == (422, "invalid-body", f"ServiceRequest.{where}")
    assert nearest in answer.json()["issue"][0]["diagnostics"]
    await nothing_taken(door)


async def test_given_our_extension_in_a_place_where_it_is_not_read_when_posted_then_it_is_refused(
    door: Door,
) -> None:
    misplaced = request(patient={"extension": [extension("homeless-or-at-risk", valueCode="yes")]})
    unread = request(extension=[extension("medically-fit", valueDate="2026-03-01")])

    assert told(await post(door, misplaced))[2] == "ServiceRequest.contained[0].extension[0].url"
    answer = await post(door, unread)
    assert told(answer)[2] == "ServiceRequest.extension[0].url"
    assert "discharge-ready-date" in answer.text


async def test_given_extensions_and_systems_of_others_when_posted_then_they_are_left_alone(
    door: Door,
) -> None:
    theirs = {"url": "https://trust.example/fhir/flag", "valueBoolean": True}
    assert (await post(door, request(extension=[theirs]))).status_code == 202
