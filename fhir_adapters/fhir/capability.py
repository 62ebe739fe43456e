"""What the FHIR interface can do, as a CapabilityStatement. Each type says its own part."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

DOCUMENTATION = (
    "Referrals arrive as ServiceRequest with the Patient contained, referenced, or in a transaction. "
    "Tasks show the progress of a case. A repeated referral for the same stay returns the existing "
    "case. A request for another service, or with an unknown element that changes its meaning, "
    "is refused. A search with a parameter that is not listed is refused; a person may be named "
    "by subject:identifier. A ServiceRequest.identifier identifies one referral: the same content "
    "again returns it, other content is a conflict. No answer in time: 202 with Content-Location. "
    "Documents and forms that a hospital sent are DocumentReference; their content is a Binary, "
    "as FHIR JSON."
)


def capability_statement(
    base: str, version: str, published: datetime, types: Sequence[dict[str, Any]]
) -> dict[str, Any]:
    """The statement served at metadata; `published` is when this version of the software was started, `types`
    what is said of each type.
    """
    return {
        "resourceType": "CapabilityStatement",
        "status": "active",
        "date": published.isoformat(timespec="seconds"),
        "kind": "instance",
        "software": {"name": "Homeward", "version": version},
        "implementation": {"description": "Homeward: discharges delayed by the home", "url": base},
        "fhirVersion": "4.0.1",
        "format": ["application/fhir+json"],
        "rest": [
            {
                "mode": "server",
                "documentation": DOCUMENTATION,
                "security": {"description": "Bearer token; every read is recorded."},
                "resource": list(types),
                "interaction": [{"code": "transaction"}, {"code": "batch"}],
            }
        ],
    }
