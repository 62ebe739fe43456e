"""What a reader does not see, in FHIR: left out, or said to be masked; never a default that reads as a fact.

Source: FHIR R4, extension data-absent-reason with the code masked, and the security label REDACTED of
v3-ObservationValue: parts of the resource are withheld from its reader.
"""

from __future__ import annotations

from typing import Any

from discharge.sight import EVERYTHING, Sight
from fhir_adapters.fhir import systems

MASKED: dict[str, Any] = {"extension": [{"url": systems.DATA_ABSENT_REASON, "valueCode": "masked"}]}


def masked(element: str) -> dict[str, Any]:
    """An element whose value is withheld."""
    return {f"_{element}": MASKED}


def said_or_masked(element: str, value: str | None) -> dict[str, Any]:
    """An element that FHIR requires, with its value, or masked where the reader is not told."""
    return masked(element) if value is None else {element: value}


def redaction(sight: Sight) -> dict[str, Any]:
    """The label, as part of `meta`, of a resource made for somebody who does not see everything."""
    if sight == EVERYTHING:
        return {}
    return {"security": [{"system": systems.INTEGRITY, "code": "REDACTED", "display": "redacted"}]}
