"""Answers to bundles: one entry for each that was sent; what was only read is not said to be kept."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from fhir_adapters.fhir.outcome import information

READ_ONLY = "read-with-referral"


def entry_response(
    status: int,
    *,
    location: str = "",
    resource: dict[str, Any] | None = None,
    outcome: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """One entry of an answer; `status` is an HTTP status."""
    response: dict[str, Any] = {"status": f"{status} {HTTPStatus(status).phrase}"}
    if location:
        response["location"] = location
    if outcome:
        response["outcome"] = outcome
    return {"response": response} | ({"resource": resource} if resource else {})


def batch_response(entries: list[dict[str, Any]]) -> dict[str, Any]:
    """The answer to a batch."""
    return {"resourceType": "Bundle", "type": "batch-response", "entry": entries}


def transaction_response(document: dict[str, Any], referral: dict[str, Any], created: bool) -> dict[str, Any]:
    """The answer to a transaction: the referral, the person we hold, and what was only read."""
    entries = []
    for sent in document.get("entry", []):
        kind = sent.get("resource", {}).get("resourceType", "")
        if kind == "ServiceRequest":
            place = f"ServiceRequest/{referral['id']}"
            entries.append(entry_response(201 if created else 200, location=place))
        else:
            person = referral["subject"].get("reference", "") if kind == "Patient" else ""
            entries.append(entry_response(200, location=person, outcome=information(READ_ONLY, kind)))
    return {"resourceType": "Bundle", "type": "transaction-response", "entry": entries}
