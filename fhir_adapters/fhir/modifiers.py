"""Elements that change the meaning of what they stand in: understood, or refused by their path.

FHIR marks some elements as modifiers: whoever passes over one reads the opposite of what was sent (a request
*not* to do something, a record entered in error, a person who has died). `UNDERSTOOD` has a row for each
modifier of each type that a referral is read from; extensions that modify, and rules beyond the
specification, are refused wherever they stand. Source: FHIR R4 (4.0.1), elements with `isModifier`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any, NamedTuple

from fhir_adapters.fhir.problems import FhirRefused, Problem


class Modifier(NamedTuple):
    """The values of one modifier that are understood, and what is said of every other."""

    values: Collection[object]
    otherwise: str


_IN_USE = Modifier({True}, "the record is not in use: send the one that is")
_DEAD = "a person who has died cannot be referred"

UNDERSTOOD: Mapping[tuple[str, str], Modifier] = {
    ("ServiceRequest", "status"): Modifier({"active"}, "a new referral must be active"),
    ("ServiceRequest", "intent"): Modifier(
        {"proposal", "plan", "order", "original-order", "directive"},
        "the intent of a referral must ask for something",
    ),
    ("ServiceRequest", "doNotPerform"): Modifier({False}, "a request not to do something is not a referral"),
    ("Patient", "active"): _IN_USE,
    ("Patient", "deceasedBoolean"): Modifier({False}, _DEAD),
    ("Patient", "deceasedDateTime"): Modifier((), _DEAD),
    ("Encounter", "status"): Modifier(
        {"planned", "arrived", "triaged", "in-progress", "onleave", "finished", "unknown"},
        "the stay did not take place",
    ),
    ("Location", "status"): Modifier({"active", "suspended"}, "the ward is not in use"),
    ("Location", "mode"): Modifier({"instance"}, "a kind of place is not a ward"),
    ("Organization", "active"): _IN_USE,
    ("Practitioner", "active"): _IN_USE,
    ("PractitionerRole", "active"): _IN_USE,
}

LINKS = Modifier({"seealso"}, "another record of the person holds: send that one")
"""`Patient.link.type`: merges and replacements are not taken by this door."""

ANYWHERE: Mapping[str, str] = {
    "implicitRules": "rules beyond FHIR R4 are not known here",
    "modifierExtension": "an extension that changes the meaning is not known here",
}


def check_modifiers(document: dict[str, Any], root: str) -> None:
    """Raise FhirRefused with every modifier, at whatever depth, that is not understood."""
    problems = [*_anywhere(document, root), *_known(document, root)]
    if problems:
        raise FhirRefused(problems)


def resources_of(document: dict[str, Any], root: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """A resource, what is contained in it, and what a bundle brings, each with its path."""
    yield root, document
    for index, each in enumerate(document.get("contained") or []):
        yield from resources_of(each, f"{root}.contained[{index}]")
    for index, entry in enumerate(document.get("entry") or []):
        if isinstance(entry.get("resource"), dict):
            yield from resources_of(entry["resource"], f"{root}.entry[{index}].resource")


def walk(node: Any, path: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every JSON object below `node`, itself included, with its path."""
    if isinstance(node, dict):
        yield path, node
        for name, value in node.items():
            yield from walk(value, f"{path}.{name}")
    elif isinstance(node, list):
        for index, each in enumerate(node):
            yield from walk(each, f"{path}[{index}]")


def _anywhere(document: dict[str, Any], root: str) -> Iterator[Problem]:
    for path, node in walk(document, root):
        for element, words in ANYWHERE.items():
            if node.get(element):
                yield Problem("invalid-body", words, f"{path}.{element}")


def _known(document: dict[str, Any], root: str) -> Iterator[Problem]:
    for path, resource in resources_of(document, root):
        for element, value in resource.items():
            modifier = UNDERSTOOD.get((str(resource.get("resourceType")), element))
            if modifier is not None and value not in modifier.values:
                yield Problem("invalid-body", modifier.otherwise, f"{path}.{element}")
        if resource.get("resourceType") == "Patient":
            yield from _links(resource, path)


def _links(patient: dict[str, Any], path: str) -> Iterator[Problem]:
    for index, link in enumerate(patient.get("link") or []):
        if link.get("type") not in LINKS.values:
            yield Problem("invalid-body", LINKS.otherwise, f"{path}.link[{index}].type")
