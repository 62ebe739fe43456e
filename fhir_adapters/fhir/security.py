"""Security labels (`meta.security`): who may not be found, and what is no live data.

A label on the person, the request or the bundle, or on anything they bring, holds for the person. What is
not known to be open is taken as restricted: hiding somebody in error can be taken back, showing them
cannot. Source: HL7 v3 Confidentiality; PDS labels people U, R, V or REDACTED.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from fhir_adapters.fhir import systems
from fhir_adapters.fhir.modifiers import resources_of
from fhir_adapters.fhir.problems import refused

OPEN = frozenset({"U", "L", "M", "N"})
"""Confidentiality up to *normal*; R, V and what is not known restrict."""

TEST_DATA = frozenset({"HTEST", "HTESTNONTECH"})
"""Purposes of use (v3-ActReason) that say that the data are not of a live person."""


def is_restricted(document: dict[str, Any], root: str) -> bool:
    """Whether any label restricts. Raises FhirRefused for test data."""
    found = [_restricts(label, path) for path, label in _labels(document, root)]  # every one is looked at
    return any(found)


def _labels(document: dict[str, Any], root: str) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, resource in resources_of(document, root):
        for index, label in enumerate((resource.get("meta") or {}).get("security") or []):
            yield f"{path}.meta.security[{index}]", label


def _restricts(label: dict[str, Any], path: str) -> bool:
    code = str(label.get("code") or "").strip().upper()
    if code in TEST_DATA:
        raise refused("processing-id-not-used", "labelled as test data", path)
    if label.get("system") == systems.ACT_REASONS:
        return False  # why it may be used: for care, which is why it comes here
    return code not in OPEN
