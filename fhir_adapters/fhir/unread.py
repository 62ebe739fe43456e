"""What came with a referral and is not read: it is named, so that somebody can look at the message.

Only names of elements and types are told, never what is in them. What changes the meaning is refused before
(`modifiers`); this is the rest, such as a telephone number or a clinical reason that a Condition holds.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from fhir_adapters.fhir.modifiers import resources_of

_EVERY = frozenset({"resourceType", "id", "meta", "language", "text", "contained", "identifier"})
_REQUEST = """
    extension status intent doNotPerform code category subject encounter occurrenceDateTime occurrencePeriod
    authoredOn requester locationReference reasonCode note
"""
READ: Mapping[str, frozenset[str]] = {
    "ServiceRequest": frozenset(_REQUEST.split()),
    "Patient": frozenset({"active", "name", "gender", "birthDate", "deceasedBoolean", "address", "link"}),
    "Encounter": frozenset({"status", "class"}),
    "Location": frozenset({"status", "mode", "name"}),
    "Organization": frozenset({"active", "name"}),
    "Practitioner": frozenset({"active", "name"}),
    "PractitionerRole": frozenset({"active", "organization", "practitioner"}),
}
"""Type -> the elements that a referral is read from."""

MOST_NAMED = 20


def unread_words(document: dict[str, Any], root: str) -> str | None:
    """A sentence that names what is not read; none where all is."""
    names = sorted(dict.fromkeys(_unread(document, root)))[:MOST_NAMED]
    return (
        f"Sent with the referral and not read here: {', '.join(names)}. See the message." if names else None
    )


def _unread(document: dict[str, Any], root: str) -> Iterator[str]:
    for _, resource in resources_of(document, root):
        kind = str(resource.get("resourceType"))
        if kind == "Bundle":
            continue
        if kind not in READ:
            yield kind
            continue
        yield from (
            f"{kind}.{element}"
            for element in resource
            if element not in READ[kind] | _EVERY and not element.startswith("_")
        )
