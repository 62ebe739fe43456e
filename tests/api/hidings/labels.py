"""Labels that hide somebody, and what the trust and others are shown of it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import httpx
from sqlalchemy import select

from discharge.store.engine import transaction
from discharge.store.tables import AuditWrite, Person
from fhir_adapters.store.tables import HiddenNumberRow
from tests.api.conftest import Door
from tests.api.fhir.posting import FHIR, RESTRICTED, request
from tests.fhir_adapters.hl7v2.conftest import Intake, intake  # noqa: F401 - a feed of the trust

NHS = "https://fhir.nhs.uk/Id/nhs-number"


NUMBER = "9990000018"


def labelled(number: str = NUMBER, name: str = "R-1", **more: Any) -> dict[str, Any]:
    """A referral that restricts whoever has a number."""
    patient = {
        "resourceType": "Patient",
        "identifier": [{"system": NHS, "value": number}],
        "name": [{"family": "Ashdown", "given": ["Joan"]}],
        "birthDate": "1941-05-02",
        "meta": RESTRICTED,
    }
    return request(patient, identifier=[{"system": "https://far.example/ref", "value": name}]) | more


async def post(door: Door, body: Any, org: str = "STRANGER", path: str = "/ServiceRequest") -> httpx.Response:
    return await door.post(f"/fhir/R4{path}", body, "system", org, **{"Content-Type": FHIR})


async def address_of(door: Door, case_id: UUID) -> Any:
    found = (await door.get(f"/api/v1/cases/{case_id}", "coordinator")).json()["person"]
    assert (found["address"] is None) is found["location_hidden"]
    return found["address"]


async def listed(door: Door, role: str = "discharge-team", org: str | None = None) -> list[dict[str, Any]]:
    answer = await door.get("/api/v1/hidings", role, org)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["hidings"]
    return found


async def answered(
    door: Door, said: str, role: str = "discharge-team", org: str | None = None
) -> httpx.Response:
    async with transaction(door.worker) as session:
        inbox_id = await session.scalar(select(HiddenNumberRow.inbox_id).limit(1))
        person_id = await session.scalar(select(Person.id).where(Person.nhs_number == NUMBER))
    body = {"person_id": str(person_id), "answer": said, "reason": "Rang them: a mistake"}
    return await door.post(f"/api/v1/hidings/{inbox_id}/answer", body, role, org)


async def actions(door: Door) -> list[str]:
    async with transaction(door.worker) as session:
        rows = await session.scalars(select(AuditWrite).order_by(AuditWrite.at))
        return [row.action for row in rows if row.action.startswith("hiding")]
