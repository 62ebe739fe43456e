"""Every resource that the FHIR interface tells a council, a landlord or a supplier says what it tells the
housing lead, masks it, or leaves it out; and a search finds by nothing that they are not told.
"""

from __future__ import annotations

from typing import Any

import pytest

from api.fhir.resource_types import TYPES
from fhir_adapters.fhir.withheld import MASKED
from tests.api.conftest import Door
from tests.api.test_attack import Scene, scene  # noqa: F401
from tests.fhir_adapters.fhir.test_told_by_sight import untruths
from tests.fhir_adapters.hl7v2.conftest import intake  # noqa: F401 - a feed of the trust

PARTS = ("COUNCIL", "LANDLORD", "SUPPLIER")
NAMES = [kind.name for kind in TYPES]
STATUSES = {
    "ServiceRequest": ("active", "completed", "revoked", "entered-in-error"),
    "Task": ("received", "accepted", "in-progress", "completed", "cancelled", "rejected"),
}


async def read(door: Door, path: str, org: str | None) -> dict[str, Any] | None:
    answer = await door.get(f"/fhir/R4/{path}", "coordinator", org)
    assert answer.status_code in (200, 403, 404), (path, answer.text)
    body: dict[str, Any] = answer.json()
    return body if answer.status_code == 200 else None


async def everything(scene: Scene, org: str | None) -> dict[str, dict[str, Any]]:  # noqa: F811
    """Every resource that an organisation can read by its id, or finds by a search."""
    found: dict[str, dict[str, Any]] = {}
    for kind in NAMES:
        for resource_id in scene.known["resource_id"]:
            path = f"{kind}/{resource_id}"
            if resource := await read(scene.door, path, org):
                found[path] = resource
    for kind in STATUSES:
        bundle = await read(scene.door, kind, org) or {}
        for each in bundle.get("entry", []):
            assert found[f"{kind}/{each['resource']['id']}"] == each["resource"], "listed as it is read"
    return found


async def none_is_misled(scene: Scene) -> None:  # noqa: F811
    lead = await everything(scene, "TRUST")
    assert {path.partition("/")[0] for path in lead} == set(NAMES)
    for org in PARTS:
        told = await everything(scene, org)
        assert {"ServiceRequest", "Task", "Patient"} <= {path.partition("/")[0] for path in told}
        for path, resource in told.items():
            assert untruths(resource, lead[path]) == [], (org, path)


async def statuses(door: Door, org: str) -> dict[str, set[str]]:
    """Under which statuses the searches find the case."""
    return {
        kind: {each for each in values if (await read(door, f"{kind}?status={each}", org) or {})["total"]}
        for kind, values in STATUSES.items()
    }


async def test_given_a_case_that_goes_on_and_is_withdrawn_then_no_part_reads_what_is_not_so(
    scene: Scene,  # noqa: F811
) -> None:
    door, case_id = scene.door, scene.case_id
    await door.asked(case_id, "set-criteria-to-reside", "discharge-team", met=False)
    await door.asked(case_id, "flag-homelessness", flag="yes")
    await none_is_misled(scene)
    for org in (*PARTS, "HOUSING"):
        assert await statuses(door, org) == {"ServiceRequest": {"active"}, "Task": {"accepted"}}, org
    await door.asked(case_id, "withdraw-referral", reason="no-longer-needed")
    await none_is_misled(scene)
    for org in ("COUNCIL", "HOUSING"):
        assert await statuses(door, org) == {"ServiceRequest": {"revoked"}, "Task": {"cancelled"}}, org
    for org in ("LANDLORD", "SUPPLIER"):
        assert await statuses(door, org) == {"ServiceRequest": set(), "Task": set()}, org
        told = await read(door, f"Task/{case_id}", org) or {}
        assert told["_status"] == MASKED
        assert told["businessStatus"]["text"] == "Closed"


async def test_given_alerts_when_searched_by_each_part_then_they_are_found_or_the_search_is_refused(
    scene: Scene,  # noqa: F811
) -> None:
    [alert_id] = scene.known["alert_id"]
    for org in ("TRUST", "HOUSING", "COUNCIL"):
        found = await read(scene.door, f"Flag?status=active,inactive&_id={alert_id}", org) or {}
        assert [each["resource"]["id"] for each in found["entry"]] == [alert_id], org
        assert (await read(scene.door, "Flag?status=entered-in-error", org) or {})["total"] == 0
    for org in ("LANDLORD", "SUPPLIER"):
        answer = await scene.door.get("/fhir/R4/Flag", "coordinator", org)
        assert (answer.status_code, answer.json()["issue"][0]["code"]) == (403, "forbidden"), org
        assert await read(scene.door, f"Flag/{alert_id}", org) is None
    for org in ("OTHER-TRUST", "STRANGER"):
        assert (await read(scene.door, "Flag", org) or {})["total"] == 0
        assert await read(scene.door, f"Flag/{alert_id}", org) is None


@pytest.mark.parametrize("org", ["LANDLORD", "SUPPLIER"])
async def test_given_somebodys_person_when_read_by_those_who_see_a_name_then_the_rest_is_masked(
    scene: Scene,  # noqa: F811
    org: str,
) -> None:
    for person_id in scene.known["person_id"]:
        told = await read(scene.door, f"Patient/{person_id}", org) or {}
        assert (told["_gender"], told["_birthDate"]) == (MASKED, MASKED)
        assert not {"gender", "birthDate", "identifier"} & told.keys()
