"""What HL7 calls a field, from hl7apy: by a version that still names what later ones withdrew."""

from __future__ import annotations

from functools import cache

from hl7apy import load_library
from hl7apy.exceptions import HL7apyException

VERSION = "2.6"


@cache
def field_name(segment: str, number: int) -> str:
    """`PID`, 5 -> `Patient name`; empty for a field or segment that HL7 does not name."""
    try:
        field = load_library(VERSION).get(f"{segment}_{number}", "Field")
        name = str(field[3])
    except (HL7apyException, KeyError, IndexError, ImportError):
        return ""
    return name.replace("_", " ").capitalize()
