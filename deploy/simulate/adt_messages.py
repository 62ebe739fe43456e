"""One ADT message as bytes, built and validated with hl7apy against HL7 2.4.

Raises hl7apy's ValidationError for what the standard does not allow: a simulation must not send nonsense by
mistake.
"""

from __future__ import annotations

from collections.abc import Mapping

from hl7apy.consts import VALIDATION_LEVEL
from hl7apy.core import Message

Segments = Mapping[str, Mapping[int, str]]

VERSION = "2.4"
STRUCTURES = {
    "A01": "ADT_A01", "A02": "ADT_A02", "A03": "ADT_A03", "A08": "ADT_A01", "A11": "ADT_A09",
    "A12": "ADT_A09", "A13": "ADT_A01", "A16": "ADT_A16", "A25": "ADT_A21", "A28": "ADT_A05",
    "A31": "ADT_A05", "A40": "ADT_A39",
}  # fmt: skip
"""Trigger to structure (MSH-9.3). Source: HSCIC ITK HL7 V2 Message Specifications 1.0.15."""

GROUPS = {("ADT_A39", "PID"): "ADT_A39_PATIENT", ("ADT_A39", "MRG"): "ADT_A39_PATIENT"}
"""Segments that a structure keeps in a group."""


def adt(trigger: str, header: Mapping[int, str], segments: Segments) -> bytes:
    """The message in UTF-8. `header` are fields of MSH from 3 on; 9 and 12 are filled in here."""
    structure = STRUCTURES[trigger]
    message = Message(structure, version=VERSION, validation_level=VALIDATION_LEVEL.TOLERANT)
    for index, value in {**header, 9: f"ADT^{trigger}^{structure}", 12: VERSION}.items():
        setattr(message.msh, f"msh_{index}", value)
    for name, fields in segments.items():
        if fields:
            _add(message, structure, name, fields)
    message.validate()
    text: str = message.to_er7()
    return text.encode()


def _add(message: Message, structure: str, name: str, fields: Mapping[int, str]) -> None:
    segment = _home(message, structure, name).add_segment(name)
    for index, value in sorted(fields.items()):
        for repetition in value.split("~"):
            segment.add_field(f"{name.lower()}_{index}").value = repetition


def _home(message: Message, structure: str, name: str) -> Message:
    """The message itself, or the group in which the structure keeps the segment."""
    group = GROUPS.get((structure, name))
    if group is None:
        return message
    held = message.children.get(group)
    return held[0] if held else message.add_group(group)
