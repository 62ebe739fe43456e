"""Required code bindings: the library reads any code, FHIR R4 does not.

Most closed lists are declared on the library's own fields; `CLOSED` adds those that it shortens or leaves
out. Source: FHIR R4 (4.0.1), the value sets bound with strength *required*.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from fhir_adapters.fhir.problems import Problem

TASK_STATUS = (
    "draft requested received accepted rejected ready cancelled in-progress on-hold failed completed "
    "entered-in-error"
)
ENCOUNTER_STATUS = "planned arrived triaged in-progress onleave finished cancelled entered-in-error unknown"

CLOSED: dict[tuple[str, str], frozenset[str]] = {
    (owner, element): frozenset(codes.split())
    for owner, element, codes in (
        ("Task", "status", TASK_STATUS),
        ("Encounter", "status", ENCOUNTER_STATUS),
        ("EncounterStatusHistory", "status", ENCOUNTER_STATUS),
        ("AccountGuarantor", "status", "active inactive"),
        ("Address", "use", "home work temp old billing"),
        ("BundleEntrySearch", "mode", "match include outcome"),
        ("ContactPoint", "use", "home work temp old mobile"),
        ("PatientLink", "type", "replaced-by replaces refer seealso"),
        ("Quantity", "comparator", "< <= >= >"),
        ("Flag", "status", "active inactive entered-in-error"),
    )
}

OPEN = frozenset(
    {("CapabilityStatement", "format"), ("Attachment", "contentType"), ("Signature", "sigFormat")}
)
"""Fields whose words look like a list and are none."""


def binding_problems(resource: Any, root: str) -> list[Problem]:
    """Every code below `resource` that its required list does not have; `root` names the path's beginning."""
    return list(_walk(resource, root))


def _walk(node: Any, path: str) -> Iterator[Problem]:
    owner = type(node).__name__
    for name, field in type(node).model_fields.items():
        value = getattr(node, name, None)
        if value is None or name.endswith("__ext"):
            continue
        element = field.alias or name
        here = f"{path}.{element}"
        codes = _closed(owner, element, field.json_schema_extra)
        for place, item in _each(value, here):
            if codes and isinstance(item, str) and item not in codes:
                yield Problem("code-not-in-value-set", f"one of: {', '.join(sorted(codes))}", place)
            elif hasattr(type(item), "model_fields"):
                yield from _walk(item, place)


def _each(value: Any, path: str) -> Iterator[tuple[str, Any]]:
    if isinstance(value, list):
        yield from ((f"{path}[{index}]", item) for index, item in enumerate(value) if item is not None)
    else:
        yield path, value


def _closed(owner: str, element: str, extra: Any) -> frozenset[str]:
    if (owner, element) in CLOSED:
        return CLOSED[owner, element]
    listed = extra.get("enum_values") if isinstance(extra, dict) else None
    if not listed or "+" in listed or (owner, element) in OPEN:
        return frozenset()
    return frozenset(listed)
