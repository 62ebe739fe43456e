"""What came with a referral and is not read: it is named, so that somebody can look at the message.

Only names of elements and types are told, never what is in them. What changes the meaning is refused before
(`modifiers`); this is the rest, such as a number that is no longer in force or a clinical reason that a
Condition holds.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from fhir_adapters.fhir.modifiers import resources_of
from fhir_adapters.fhir.whom_to_call import Reached

_EVERY = frozenset({"resourceType", "id", "meta", "language", "text", "contained", "identifier"})
_REQUEST = """
    extension status intent doNotPerform code category subject encounter occurrenceDateTime occurrencePeriod
    authoredOn requester locationReference reasonCode note
"""
_PATIENT = """
    active name gender birthDate deceasedBoolean address link telecom contact generalPractitioner
"""
READ: Mapping[str, frozenset[str]] = {
    "ServiceRequest": frozenset(_REQUEST.split()),
    "Patient": frozenset(_PATIENT.split()),
    "Encounter": frozenset({"status", "class"}),
    "Location": frozenset({"status", "mode", "name"}),
    "Organization": frozenset({"active", "name"}),
    "Practitioner": frozenset({"active", "name"}),
    "PractitionerRole": frozenset({"active", "organization", "practitioner"}),
}
"""Type -> the elements that a referral is read from."""

MOST_NAMED = 20


def unread_words(document: dict[str, Any], root: str, reached: Reached) -> str | None:
    """A sentence that names what is not read; none where all is. `reached` is what was read, and left out, of
    whom to call.
    """
    names = sorted({*_unread(document, root, reached.also_read), *reached.left_out})
    if not names:
        return None
    more = [f"and {len(names) - MOST_NAMED} more"] if len(names) > MOST_NAMED else []
    told = ", ".join((*names[:MOST_NAMED], *more))
    return f"Sent with the referral and not read here: {told}. See the message."


def _unread(document: dict[str, Any], root: str, also_read: Mapping[str, frozenset[str]]) -> Iterator[str]:
    for path, resource in resources_of(document, root):
        kind = str(resource.get("resourceType"))
        if kind == "Bundle":
            continue
        if kind not in READ:
            yield kind
            continue
        read = READ[kind] | _EVERY | also_read.get(path, frozenset())
        yield from (
            f"{kind}.{element}" for element in resource if element not in read and not element.startswith("_")
        )
