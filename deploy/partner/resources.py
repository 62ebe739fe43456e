"""Whether a body is the FHIR resource that it says it is.

`fhir.resources` checks the shape (R4B; base R4 differs nowhere in these resources) but no required code
bindings: those are the rows of `REQUIRED`.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from fhir.resources.R4B.communication import Communication
from fhir.resources.R4B.flag import Flag
from fhir.resources.R4B.servicerequest import ServiceRequest
from fhir.resources.R4B.task import Task
from pydantic import BaseModel, ValidationError

ACCEPTED: Mapping[str, type[BaseModel]] = MappingProxyType(
    {"Task": Task, "Communication": Communication, "ServiceRequest": ServiceRequest, "Flag": Flag}
)

_PRIORITY = frozenset({"routine", "urgent", "asap", "stat"})
_REQUEST = {"draft", "active", "on-hold", "revoked", "completed", "entered-in-error", "unknown"}
_EVENT = {"preparation", "in-progress", "not-done", "on-hold", "stopped", "completed", "entered-in-error"}
_TASK = {"draft", "requested", "received", "accepted", "rejected", "ready", "cancelled", "in-progress"}
_INTENT = {"proposal", "plan", "order", "original-order", "reflex-order", "filler-order", "instance-order"}

REQUIRED: Mapping[tuple[str, str], frozenset[str]] = MappingProxyType(
    {
        ("Task", "status"): frozenset(_TASK | {"on-hold", "failed", "completed", "entered-in-error"}),
        ("Task", "intent"): frozenset(_INTENT | {"option", "unknown"}),
        ("Task", "priority"): _PRIORITY,
        ("Communication", "status"): frozenset(_EVENT | {"unknown"}),
        ("Communication", "priority"): _PRIORITY,
        ("ServiceRequest", "status"): frozenset(_REQUEST),
        ("ServiceRequest", "intent"): frozenset(_INTENT | {"option", "directive"}),
        ("ServiceRequest", "priority"): _PRIORITY,
        ("Flag", "status"): frozenset({"active", "inactive", "entered-in-error"}),
    }
)
"""Codes by resource and element. Source: FHIR R4 4.0.1, value sets bound as required."""


class Unacceptable(Exception):
    """The body is not what was asked for: `where` is an element's path, `why` never repeats its value."""

    def __init__(self, where: str, why: str) -> None:
        super().__init__(f"{where}: {why}")
        self.where = where
        self.why = why


def require_valid(resource: str, body: object) -> dict[str, Any]:
    """The body, if it is a valid `resource`. Raises Unacceptable with the exact place."""
    if not isinstance(body, dict):
        raise Unacceptable(resource, "is not a JSON object")
    if body.get("resourceType") != resource:
        raise Unacceptable("resourceType", f"is not {resource}")
    try:
        ACCEPTED[resource].model_validate(body)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        raise Unacceptable(".".join(map(str, (resource, *first["loc"]))), first["msg"]) from None
    _require_known_codes(resource, body)
    return body


def _require_known_codes(resource: str, body: Mapping[str, Any]) -> None:
    for (owner, element), codes in REQUIRED.items():
        if owner == resource and element in body and body[element] not in codes:
            raise Unacceptable(f"{resource}.{element}", "is not a code of the required value set")
