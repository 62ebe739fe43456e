"""A referral as a client posts it by FHIR, and what is told of it."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from discharge.store.engine import transaction
from discharge.store.tables import CommandRow, ReferralRequestRow
from fhir_adapters.store.tables import InboxRow
from tests.api.conftest import Door
from tests.fixtures.fhirpath import require_places

FHIR = "application/fhir+json"
NHS = "https://fhir.nhs.uk/Id/nhs-number"
ODS = "https://fhir.nhs.uk/Id/ods-organization-code"
OURS = "https://homeward.example/fhir"
SERVICE = f"{OURS}/CodeSystem/service"
CONFIDENTIALITY = "http://terminology.hl7.org/CodeSystem/v3-Confidentiality"
RESTRICTED = {"security": [{"system": CONFIDENTIALITY, "code": "R"}]}
SNOMED = "http://snomed.info/sct"

PATIENT: dict[str, Any] = {
    "resourceType": "Patient",
    "id": "p",
    "identifier": [{"system": NHS, "value": "9990000018"}],
    "name": [{"use": "official", "family": "Testperson", "given": ["Integra"]}],
    "gender": "female",
    "birthDate": "1950-02-03",
    "address": [{"use": "home", "line": ["1 Invented Row"], "city": "Harrow Vale", "postalCode": "ZZ99 3WZ"}],
}
REQUEST: dict[str, Any] = {
    "resourceType": "ServiceRequest",
    "contained": [PATIENT],
    "identifier": [{"system": "https://trust.example/referral", "value": "DUP-1"}],
    "status": "active",
    "intent": "order",
    "subject": {"reference": "#p"},
    "authoredOn": "2026-03-01",
    "locationReference": [{"display": "ASH"}],
}
OTHER: dict[str, Any] = {
    "identifier": [{"system": NHS, "value": "9990000026"}],
    "name": [{"family": "Other", "given": ["Person"]}],
    "birthDate": "1931-01-01",
}


def request(patient: Mapping[str, Any] | None = None, **elements: Any) -> dict[str, Any]:
    """A referral with elements of the request or of its Patient changed; None removes one."""
    whole = {**REQUEST, "contained": [_without({**PATIENT, **(patient or {})})], **elements}
    return copy.deepcopy(_without(whole))


def _without(resource: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in resource.items() if value is not None}


async def post(door: Door, body: Any, path: str = "ServiceRequest", **headers: str) -> Any:
    """The answer; whatever it refuses, it says where in what was posted."""
    where = f"/fhir/R4/{path}" if path else "/fhir/R4"
    answer = await door.post(where, body, "system", **({"Content-Type": FHIR} | headers))
    require_places(answer, body)
    return answer


async def made(door: Door, body: Any, path: str = "ServiceRequest", **headers: str) -> Any:
    """Post, and have the work done."""
    answer = await post(door, body, path, **headers)
    assert answer.status_code in (200, 201, 202), answer.text
    await door.settle()
    return answer


async def found(door: Door, search: str) -> list[dict[str, Any]]:
    answer = await door.get(f"/fhir/R4/{search}", "system")
    assert answer.status_code == 200, answer.text
    return [each["resource"] for each in answer.json().get("entry", [])]


def told(answer: Any) -> tuple[int, str, str]:
    """Status, our code and place of the first issue."""
    issue = answer.json()["issue"][0]
    ours = next(each for each in issue["details"]["coding"] if each["system"] == f"{OURS}/CodeSystem/error")
    place = issue.get("expression") or [each.removeprefix("http.") for each in issue.get("location", [""])]
    return answer.status_code, ours["code"], place[0]


async def nothing_taken(door: Door) -> None:
    async with transaction(door.worker) as session:
        assert (await session.scalars(select(CommandRow))).all() == []
        assert (await session.scalars(select(ReferralRequestRow))).all() == []
        assert {row.state for row in await session.scalars(select(InboxRow))} <= {"rejected"}


def bundle(kind: str, *entries: dict[str, Any]) -> dict[str, Any]:
    return {"resourceType": "Bundle", "type": kind, "entry": list(entries)}


def entry(resource: dict[str, Any], full_url: str = "") -> dict[str, Any]:
    asked = {"method": "POST", "url": resource["resourceType"]}
    return {"resource": resource, "request": asked} | ({"fullUrl": full_url} if full_url else {})
