"""Reading FHIR JSON: bytes to a checked resource, or every fault with the exact element it sits at.

The library has FHIR 4.3.0 (R4B) and no 4.0.1 (R4). The resources that we take (Bundle, Patient,
ServiceRequest, Task, Communication, Encounter, Location, Organization, Practitioner, PractitionerRole,
Condition) and their data types have the same elements in both, so R4B reads R4; what differs (evidence,
medicinal products, subscriptions) is not taken here. The library does not enforce required bindings:
`bindings` does.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator
from itertools import chain
from typing import Any

from fhir.resources.R4B import get_fhir_model_class
from pydantic import ValidationError

from fhir_adapters.fhir.bindings import binding_problems
from fhir_adapters.fhir.problems import FhirRefused, Problem, refused

TAKEN = frozenset(
    {
        "Bundle",
        "Communication",
        "Condition",
        "Encounter",
        "Location",
        "Organization",
        "Patient",
        "Practitioner",
        "PractitionerRole",
        "ServiceRequest",
        "Task",
    }
)

MOST_NESTED = 64
"""How deep objects and lists may lie within each other; what is taken here needs about ten."""

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}")
_MISSING = frozenset({"missing", "model_field_validation.missing"})


def read_json(raw: bytes) -> dict[str, Any]:
    """The JSON object in `raw` (UTF-8). Raises FhirRefused."""
    try:
        document = json.loads(raw.decode("utf-8-sig"), parse_constant=_no_constant)
    except UnicodeDecodeError as fault:
        raise refused("not-utf8", f"byte {fault.start}", "Resource") from None
    except json.JSONDecodeError as fault:
        raise refused("invalid-fhir", f"no JSON from character {fault.pos}", "Resource") from None
    except RecursionError:
        raise refused("limits", "nested too deeply", "Resource") from None
    except ValueError:
        raise refused("limits", "a number has too many digits", "Resource") from None
    if b"\\u0000" in raw or b"\x00" in raw:
        raise refused("invalid-fhir", "a string contains a character that R4 does not allow", "Resource")
    if not isinstance(document, dict):
        raise refused("invalid-fhir", "a resource must be a JSON object", "Resource")
    if not _is_flat(document):
        raise refused("limits", f"nested more than {MOST_NESTED} deep", "Resource")
    return document


def _is_flat(document: object) -> bool:
    """Whether lists and objects lie within each other no deeper than is allowed."""
    level: list[Any] = [document]
    for _ in range(MOST_NESTED):
        inside = chain.from_iterable(each.values() if isinstance(each, dict) else each for each in level)
        level = [each for each in inside if isinstance(each, (dict, list))]
        if not level:
            return True
    return False


def check_resource(document: dict[str, Any], wanted: Collection[str] | None = TAKEN) -> Any:
    """The document as the library's resource.

    Raises FhirRefused with every fault of structure, or else every code that its required list does not have.
    Resources inside it are looked at first and may be of any R4 type.
    """
    kind = document.get("resourceType")
    path = kind if isinstance(kind, str) and _NAME.fullmatch(kind) else "Resource"
    resource = _structured(document, wanted, path)
    problems = binding_problems(resource, path)
    if problems:
        raise FhirRefused(problems)
    return resource


def _structured(document: dict[str, Any], wanted: Collection[str] | None, path: str) -> Any:
    model = _model(document.get("resourceType"), wanted, path)
    inside = [problem for place, each in _inside(document, path) for problem in _problems(each, place)]
    if inside:
        raise FhirRefused(inside)
    try:
        return model.model_validate(document)
    except ValidationError as error:
        raise FhirRefused([_structural(fault, path) for fault in error.errors(include_input=False)]) from None
    except (TypeError, ValueError, AttributeError, RecursionError, LookupError):
        raise refused("invalid-fhir", "the structure does not follow R4", path) from None


def _model(kind: object, wanted: Collection[str] | None, path: str) -> Any:
    if wanted is not None and kind not in wanted:
        raise refused("invalid-fhir", f"one of: {', '.join(sorted(wanted))}", f"{path}.resourceType")
    try:
        return get_fhir_model_class(str(kind))
    except (LookupError, ValueError):
        raise refused("invalid-fhir", "this type is not in R4", f"{path}.resourceType") from None


def _inside(document: dict[str, Any], path: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Contained resources and the resources of a bundle, each with its path."""
    for index, each in enumerate(_list(document.get("contained"))):
        if isinstance(each, dict):
            yield f"{path}.contained[{index}]", each
    for index, entry in enumerate(_list(document.get("entry"))):
        if isinstance(entry, dict) and isinstance(entry.get("resource"), dict):
            yield f"{path}.entry[{index}].resource", entry["resource"]


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _problems(document: dict[str, Any], path: str) -> tuple[Problem, ...]:
    try:
        _structured(document, None, path)
    except FhirRefused as error:
        return error.problems
    return ()


def _structural(fault: Any, path: str) -> Problem:
    # The library wraps a mistyped object in a step of its own, "root".
    where = path + "".join(_step(part) for part in fault["loc"] if part != "root")
    if fault["type"] in _MISSING:
        return Problem("invalid-fhir", "the element is required", where)
    if fault["type"] == "extra_forbidden":
        return Problem("invalid-fhir", "this element is not in R4 here", where)
    return Problem("invalid-fhir", "the value does not fit the element's type", where)


def _step(part: object) -> str:
    if isinstance(part, int):
        return f"[{part}]"
    name = str(part)
    return f".{name}" if _NAME.fullmatch(name) else ".(element)"


def _no_constant(_name: str) -> float:
    raise refused("invalid-fhir", "NaN and Infinity are not valid JSON", "Resource")
