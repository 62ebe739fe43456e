"""What the FHIR interface can do, as a CapabilityStatement. The routes are tested against it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from fhir_adapters.fhir import systems

_PERSON = (("patient", "reference"), ("subject", "reference"))
_SEARCHES: dict[str, tuple[tuple[str, str], ...]] = {
    "ServiceRequest": (
        ("_id", "token"),
        ("_lastUpdated", "date"),
        ("identifier", "token"),
        ("status", "token"),
        *_PERSON,
    ),
    "Task": (
        ("_id", "token"),
        ("_lastUpdated", "date"),
        ("focus", "reference"),
        ("status", "token"),
        *_PERSON,
    ),
    "Encounter": (),
    "Patient": (),
    "DocumentReference": (("_id", "token"), *_PERSON),
    "Binary": (),
}
_DOES: dict[str, tuple[str, ...]] = {
    "ServiceRequest": ("create", "read", "search-type"),
    "Task": ("read", "search-type"),
    "Encounter": ("read",),
    "Patient": ("read",),
    "DocumentReference": ("read", "search-type"),
    "Binary": ("read",),
}


DOCUMENTATION = (
    "Referrals come in as ServiceRequest with the Patient contained, referred to, or in a transaction. "
    "Tasks say how far a case is. A repeated referral for the same stay answers with the case that exists. "
    "A request that asks for something else, or holds what changes its meaning and is not known, is refused. "
    "A search with a parameter that is not listed is refused; a person may be named by subject:identifier. "
    "A ServiceRequest.identifier names one referral: the same again answers with it, other content is a "
    "conflict. No answer in time: 202 with Content-Location. "
    "Documents and forms that a hospital sent are DocumentReference; their content is a Binary, as FHIR JSON."
)


def capability_statement(base: str, version: str, published: datetime) -> dict[str, Any]:
    """The statement served at metadata; `published` is when this version of the software was started."""
    return {
        "resourceType": "CapabilityStatement",
        "status": "active",
        "date": published.isoformat(timespec="seconds"),
        "kind": "instance",
        "software": {"name": "Homeward", "version": version},
        "implementation": {"description": "Homeward: discharges held up by the home", "url": base},
        "fhirVersion": "4.0.1",
        "format": ["application/fhir+json"],
        "rest": [
            {
                "mode": "server",
                "documentation": DOCUMENTATION,
                "security": {"description": "Bearer token; every read is recorded."},
                "resource": [_resource(kind) for kind in _DOES],
                "interaction": [{"code": "transaction"}, {"code": "batch"}],
            }
        ],
    }


def _resource(kind: str) -> dict[str, Any]:
    resource: dict[str, Any] = {
        "type": kind,
        "interaction": [{"code": code} for code in _DOES[kind]],
        "versioning": "versioned" if kind in {"ServiceRequest", "Task"} else "no-version",
    }
    if kind == "ServiceRequest":
        resource |= {"conditionalCreate": True, "supportedProfile": [systems.UK_CORE_SERVICE_REQUEST]}
    if _SEARCHES[kind]:
        resource["searchParam"] = [{"name": name, "type": type_} for name, type_ in _SEARCHES[kind]]
    return resource
