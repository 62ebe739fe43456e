"""What the rules refuse of a referral by FHIR is told by its element in what was sent, or by none."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.conftest import Door
from tests.api.fhir.posting import ODS, bundle, entry, post, request, told

pytestmark = pytest.mark.usefixtures("inpatients")

READY = "https://homeward.example/fhir/StructureDefinition/discharge-ready-date"
BY_RULES: list[tuple[dict[str, Any], str, str]] = [
    (request(requester={"identifier": {"system": ODS, "value": "NOBODY"}}), "invalid-body", "requester"),
    (request(authoredOn="2031-01-01"), "date-in-future", "authoredOn"),
    (
        request(extension=[{"url": READY, "valueDate": "1899-01-01"}]),
        "date-implausible",
        "extension[0].value",
    ),
    (request(occurrenceDateTime="2999-01-01"), "date-implausible", "occurrence"),
    (request(patient={"birthDate": "1041-05-02"}), "date-implausible", "contained[0].birthDate"),
]
IDS = [where for _, _, where in BY_RULES]


@pytest.mark.parametrize(("body", "code", "where"), BY_RULES, ids=IDS)
async def test_given_what_a_rule_refuses_when_posted_then_its_element_is_named(
    door: Door, body: dict[str, Any], code: str, where: str
) -> None:
    answer = await post(door, body)
    assert told(answer) == (422, code, f"ServiceRequest.{where}")


@pytest.mark.parametrize("kind", ["transaction", "batch"])
async def test_given_what_a_rule_refuses_in_a_bundle_when_posted_then_its_element_in_the_bundle_is_named(
    door: Door, kind: str
) -> None:
    wrong = request(authoredOn="2031-01-01", patient={"birthDate": "1041-05-02"})
    answer = await post(door, bundle(kind, entry(wrong)), "")
    outcome = answer.json() if kind == "transaction" else answer.json()["entry"][0]["response"]["outcome"]
    assert [each["expression"] for each in outcome["issue"]] == [
        ["Bundle.entry[0].resource.authoredOn"], ["Bundle.entry[0].resource.contained[0].birthDate"],
    ]  # fmt: skip


async def test_given_a_header_at_fault_when_posted_then_it_is_named_and_no_element(door: Door) -> None:
    headers = {"Idempotency-Key": "one"}
    await post(door, request(), **headers)
    answer = await post(door, request(authoredOn="2026-02-28"), **headers)
    [issue] = answer.json()["issue"]
    assert "expression" not in issue
    assert issue["location"] == ["http.Idempotency-Key"]
