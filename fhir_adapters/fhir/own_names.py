"""Names under our own base, and those of the NHS that we read: one that is misspelt is refused, not passed
over.

An extension of ours that nobody knows, or in a place where it is not read, would otherwise be dropped, and
the sender told that all is well.
"""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches
from typing import Any

from fhir_adapters.fhir import systems
from fhir_adapters.fhir.modifiers import walk
from fhir_adapters.fhir.problems import FhirRefused, Problem

ONCE = frozenset(
    {
        systems.EXPECTED_DISCHARGE,
        systems.DISCHARGE_READY,
        systems.TENURE,
        systems.LIVES_ALONE,
        systems.HOMELESS,
        systems.PATHWAY,
        systems.SHARING_BASIS,
    }
)
"""Our extensions of a referral that may stand there once."""

MANY = frozenset({systems.HOUSING_BARRIER, systems.HOUSING_NEED})
REFERRAL_EXTENSIONS = ONCE | MANY

NHS_SYSTEMS = (systems.NHS_NUMBER, systems.ODS_ORGANISATION)
_EXTENSIONS = (
    *sorted(REFERRAL_EXTENSIONS),
    systems.MEDICALLY_FIT,
    systems.ADDRESS_KEY,
    systems.NHS_NUMBER_STATUS,
)
_OURS = tuple(
    value
    for name, value in vars(systems).items()
    if name.isupper() and isinstance(value, str) and value.startswith(systems.BASE) and value != systems.BASE
)
_NEAR = 0.9
_HOST = "homeward.example"


def check_own_names(document: dict[str, Any], root: str) -> None:
    """Raise FhirRefused with every name that is nearly one of ours, misplaced, or given twice."""
    problems = [*_systems(document, root), *_extensions(document, root)]
    if problems:
        raise FhirRefused(problems)


def _systems(document: dict[str, Any], root: str) -> Iterator[Problem]:
    for path, node in walk(document, root):
        name = node.get("system")
        if isinstance(name, str) and (nearest := _nearly(name, (*_OURS, *NHS_SYSTEMS))):
            yield Problem("invalid-body", f"not known; the nearest is {nearest}", f"{path}.system")


def _extensions(document: dict[str, Any], root: str) -> Iterator[Problem]:
    """Extensions of ours are read from the referral itself; elsewhere they would say nothing."""
    seen: set[tuple[str, str]] = set()
    for path, node in walk(document, root):
        for index, each in enumerate(node.get("extension") or []):
            url = each.get("url") if isinstance(each, dict) else None
            if isinstance(url, str):
                where = f"{path}.extension[{index}]"
                problem = _misnamed(url, where) or _misplaced(url, node, where)
                if problem is None and url in ONCE and (path, url) in seen:
                    problem = Problem("invalid-body", f"{_short(url)} is given twice", f"{where}.url")
                seen.add((path, url))
                yield from (problem,) if problem else ()


def _misnamed(url: str, where: str) -> Problem | None:
    nearest = _nearly(url, _EXTENSIONS)
    if nearest is None:
        return None
    return Problem(
        "invalid-body", f"{_short(url)} is not known; the nearest is {_short(nearest)}", f"{where}.url"
    )


def _misplaced(url: str, owner: dict[str, Any], where: str) -> Problem | None:
    if url == systems.MEDICALLY_FIT:
        return Problem(
            "invalid-body", f"not read here; send {_short(systems.DISCHARGE_READY)}", f"{where}.url"
        )
    if url in REFERRAL_EXTENSIONS and owner.get("resourceType") != "ServiceRequest":
        return Problem("invalid-body", f"{_short(url)} belongs on the ServiceRequest", f"{where}.url")
    return None


def _nearly(name: str, known: tuple[str, ...]) -> str | None:
    """The nearest known name for one that is meant to be ours or the NHS's and is not; None where it is."""
    if name in known:
        return None
    if _HOST in name.lower():
        return get_close_matches(name.lower(), known, n=1, cutoff=0.0)[0]
    return next(iter(get_close_matches(name, known, n=1, cutoff=_NEAR)), None)


def _short(url: str) -> str:
    """The last part of a name, where it is safe to repeat."""
    last = url.rstrip("/").rpartition("/")[2]
    return last if len(last) <= 64 and last.replace("-", "").isalnum() and last.isascii() else "the name"
