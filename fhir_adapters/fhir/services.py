"""What a request may ask for: help with the home. Anything else is refused, with the codes that are taken.

As by HL7 v2 (RF1-3): a trust that points all its requests here sends scans and clinics, too. A request
without code and category is for us, because it came to this door.
"""

from __future__ import annotations

from typing import Any

from fhir_adapters.fhir import systems
from fhir_adapters.fhir.problems import refused

TAKEN: tuple[tuple[str, str, str], ...] = (
    (systems.SERVICE_CODES, "home-suitability", "Home suitability check and help with the home"),
    (systems.REFERRAL_TYPES, "HOM", "Home care (HL7 table 0281)"),
)
"""System, code and words of each service that a request may ask for."""

_CODES = frozenset((system, code) for system, code, _ in TAKEN)
WORDS = "a request to this service has no code and category, or one of: " + ", ".join(
    f"{system}|{code}" for system, code, _ in TAKEN
)


def check_service(request: Any, path: str) -> None:
    """Raise FhirRefused unless the request asks for what is done here, by its code, else by its category."""
    if request.code is not None:
        if not _ours(request.code):
            raise refused("not-our-service", WORDS, f"{path}.code")
        return
    categories = request.category or []
    if categories and not any(_ours(each) for each in categories):
        raise refused("not-our-service", WORDS, f"{path}.category")


def _ours(concept: Any) -> bool:
    return any((each.system, each.code) in _CODES for each in concept.coding or [])
