"""A document that a hospital sent, as FHIR resources that can be read: what is known of it, and its content.

A DocumentReference says how the document stands and where its content is; the Binary holds that. A document
that was cancelled, replaced or withdrawn by its writer is told of, without its content.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from fhir_adapters.fhir import systems
from fhir_adapters.fhir.people import OrganisationFacts, organisation_reference

DOC_STATUS = {"AU": "final", "LA": "final", "PA": "preliminary"}
"""TXA-17 (table 0271) -> docStatus; whatever is not authenticated is preliminary."""

SECURITY = {"": ("N", "normal"), "U": ("N", "normal"), "V": ("V", "very restricted")}
RESTRICTED = ("R", "restricted")
"""TXA-18 (table 0272) -> v3-Confidentiality; what is not known is restricted."""

RELATIONS = {"addendum": "appends", "replacement": "replaces"}


@dataclass(frozen=True)
class DocumentFacts:
    """What is known of a document. `content` is there only for one that may be opened."""

    document_id: UUID
    person_id: UUID
    number: str
    form: bool
    current: bool
    cancelled: bool
    type_code: str | None
    title: str | None
    completion: str | None
    confidentiality: str | None
    relation: str | None
    parent_number: str | None
    written_at: datetime | None
    content_type: str | None
    custodian: OrganisationFacts | None


def document_reference(facts: DocumentFacts, base: str) -> dict[str, Any]:
    """The document without its content."""
    code, words = SECURITY.get(facts.confidentiality or "", RESTRICTED)
    resource: dict[str, Any] = {
        "resourceType": "DocumentReference",
        "id": str(facts.document_id),
        "identifier": [{"system": systems.DOCUMENT_NUMBER, "value": facts.number}],
        "status": _status(facts),
        "docStatus": DOC_STATUS.get(facts.completion or "AU", "preliminary"),
        "type": _type(facts),
        "subject": {"reference": f"Patient/{facts.person_id}", "type": "Patient"},
        "securityLabel": [{"coding": [{"system": systems.CONFIDENTIALITY, "code": code, "display": words}]}],
        "content": [{"attachment": _attachment(facts, base)}],
    }
    if facts.written_at is not None:
        resource["date"] = facts.written_at.isoformat(timespec="seconds")
    if facts.custodian is not None:
        resource["custodian"] = organisation_reference(facts.custodian)
    if facts.relation in RELATIONS and facts.parent_number:
        target = {"identifier": {"system": systems.DOCUMENT_NUMBER, "value": facts.parent_number}}
        resource["relatesTo"] = [{"code": RELATIONS[facts.relation], "target": target}]
    return resource


def _status(facts: DocumentFacts) -> str:
    if facts.cancelled:
        return "entered-in-error"
    return "current" if facts.current else "superseded"


def _type(facts: DocumentFacts) -> dict[str, Any]:
    text = facts.title or facts.type_code or ("Form" if facts.form else "Document")
    if facts.form or not facts.type_code:
        return {"text": text}
    return {"coding": [{"system": systems.DOCUMENT_TYPES, "code": facts.type_code}], "text": text}


def _attachment(facts: DocumentFacts, base: str) -> dict[str, Any]:
    attachment: dict[str, Any] = {"title": facts.title or "Document without a title"}
    if facts.current and facts.content_type is not None:
        attachment |= {"contentType": facts.content_type, "url": f"{base}/Binary/{facts.document_id}"}
    return attachment


def binary(facts: DocumentFacts, content: bytes) -> dict[str, Any]:
    """The content of a document, whose reader's rights are those of its person."""
    return {
        "resourceType": "Binary",
        "id": str(facts.document_id),
        "contentType": facts.content_type or "application/octet-stream",
        "securityContext": {"reference": f"DocumentReference/{facts.document_id}"},
        "data": base64.b64encode(content).decode(),
    }
