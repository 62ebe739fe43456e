"""The text of a stored message for an operator: as it came, and cut into segments or elements.

Unless it is known that a person's whereabouts may be seen, everything that can tell them is left out, in
both; so it is of a message that speaks of abuse or danger. What is shown then is a list of what cannot tell
where somebody lives; whatever is not on that list (a segment that we do not know, free text, a file, bytes
that cannot be cut into fields) is withheld.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from api.web.page import words
from fhir_adapters.hl7v2.parse.envelope import Delimiters, Unreadable, read_envelope
from fhir_adapters.hl7v2.parse.field_names import field_name
from fhir_adapters.hl7v2.parse.text import decode, readable_text

WITHHELD = "[withheld]"
MOST_CHARACTERS = 50_000
"""Of a longer text its page shows the beginning; the whole can be downloaded."""
MOST_OF_A_VALUE = 1_000
MOST_SEGMENTS = 250
GLANCE = 60
"""Characters of what cannot be read, enough to see that a browser or another system called by mistake."""

SEGMENTS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "MSH": ("Message header", "1-7 9-21"),
        "MSA": ("Acknowledgement", "1-6"),
        "ERR": ("Error", "1-4"),
        "EVN": ("Event", "1-6"),
        "PID": ("Person", "1-8 10 15-19 22 24 28-32"),
        "PD1": ("Person, more", "1 2 7 11 12"),
        "NK1": ("Next of kin", "1"),
        "MRG": ("Merged numbers", "1-7"),
        "PV1": ("Visit", "1-6 10 12-16 18-20 39 41 44 45 50 51"),
        "PV2": ("Visit, more", "2 8-11 25 33 38"),
        "AL1": ("Allergy", "1-4 6"),
        "DG1": ("Diagnosis", "1-3 5 6 15"),
        "PR1": ("Procedure", "1-3 5 6"),
        "ZU1": ("UK visit", "1-12 19-27"),
        "ZU8": ("UK person", "1-4"),
    }
)
"""Segment -> its name, and its fields that cannot tell where somebody lives, who is close to them or how to
ring there (HL7 2.4, chapter 3; by ITK next of kin and practice can be hidden, too). Fields and segments that
are not here may tell anything: a destination in words, a referring doctor, a description.
"""

TITLES: Mapping[str, str] = MappingProxyType(
    {
        "OBX": "Observation",
        "OBR": "Order of observations",
        "ORC": "Order",
        "NTE": "Note",
        "TXA": "Document",
        "RF1": "Referral",
        "PRD": "Provider",
        "CTD": "Contact",
        "AUT": "Authorisation",
        "ROL": "Role",
        "IN1": "Insurance",
        "DB1": "Disability",
        "ACC": "Accident",
        "PDA": "Death",
        "FHS": "File header",
        "BHS": "Batch header",
    }
)
"""What HL7 calls segments that may tell anything."""


def _numbers(spans: str) -> frozenset[int]:
    pairs = (span.partition("-")[::2] for span in spans.split())
    return frozenset(number for low, high in pairs for number in range(int(low), int(high or low) + 1))


_TELL_NOTHING = {name: _numbers(spans) for name, (_, spans) in SEGMENTS.items()}

ELEMENTS = frozenset(
    {"contact", "data", "description", "div", "generalPractitioner", "note", "patientInstruction"}
    | {"reasonCode", "telecom", "text", "valueContactPoint", "valueString"}
)
"""FHIR elements that tell, or may tell in free words, where somebody lives or of danger; beside every
`...ddress...`.
"""


@dataclass(frozen=True)
class FieldView:
    """One field or element with its place, such as PID-5, and what HL7 calls it."""

    place: str
    value: str
    name: str = ""


@dataclass(frozen=True)
class SegmentView:
    """One segment in order."""

    name: str
    title: str
    fields: tuple[FieldView, ...]


@dataclass(frozen=True)
class Readable:
    """The whole text that somebody may see, a segment a line; `marks` are those of a message that can be
    cut into fields.
    """

    lines: tuple[str, ...]
    marks: Delimiters | None
    withheld: bool
    cut: str = ""

    @property
    def text(self) -> str:
        """All lines."""
        return "\n".join(self.lines)


@dataclass(frozen=True)
class Shown:
    """A message as its page shows it; `cut` says how much of it is not there for its length."""

    raw: str
    segments: tuple[SegmentView, ...]
    withheld: bool
    cut: str = ""
    more_segments: str = ""

    @property
    def lines(self) -> list[str]:
        """The text, a segment a line."""
        return self.raw.split("\n")


def readable(raw: bytes, content_type: str, *, whereabouts: bool) -> Readable:
    """All of the text; `whereabouts` says that it is known that addresses may be seen."""
    if "json" in content_type:
        return _json(raw, whereabouts)
    if "hl7" in content_type:
        return _hl7(raw, whereabouts)
    return _text(decode(raw).text, whereabouts)


def shown(raw: bytes, content_type: str, *, whereabouts: bool) -> Shown:
    """The text beside its parts, as much of both as a page can hold."""
    held = readable(raw, content_type, whereabouts=whereabouts)
    rest = len(held.text) - MOST_CHARACTERS
    cut = f"{words.count(rest, 'character')} more, too long to show" if rest > 0 else held.cut
    more = len(held.lines) - MOST_SEGMENTS
    left = f"{words.count(more, 'more segment')}, too many to show" if held.marks and more > 0 else ""
    return Shown(held.text[:MOST_CHARACTERS], _parts(held), held.withheld, cut, left)


def _parts(held: Readable) -> tuple[SegmentView, ...]:
    if held.marks is not None:
        return tuple(_segment(line, held.marks) for line in held.lines[:MOST_SEGMENTS])
    try:
        return _elements(json.loads(held.text))
    except (ValueError, RecursionError):
        return ()


def _hl7(raw: bytes, whereabouts: bool) -> Readable:
    read = read_envelope(raw)
    envelope = read.header if isinstance(read, Unreadable) else read
    text = readable_text(raw)[0]
    if envelope is None:
        return _text(text, whereabouts)
    marks = envelope.delimiters
    lines = [line for line in text.split("\r") if line.strip()]
    kept = lines if whereabouts else [_without_whereabouts(line, marks) for line in lines]
    return Readable(tuple(kept), marks, kept != lines)


def _without_whereabouts(line: str, marks: Delimiters) -> str:
    fields = line.split(marks.field)
    known = _TELL_NOTHING.get(fields[0])
    if known is None:
        named = fields[0] if len(fields) > 1 and len(fields[0]) == 3 else ""
        return f"{named}{marks.field}{WITHHELD}" if named else WITHHELD
    offset = 1 if fields[0] == "MSH" else 0
    return marks.field.join(
        WITHHELD if value and place and place + offset not in known else value
        for place, value in enumerate(fields)
    )


def _segment(line: str, marks: Delimiters) -> SegmentView:
    fields = line.split(marks.field)
    name = fields[0] if len(fields) > 1 else ""
    if fields[1:] == [WITHHELD]:
        return SegmentView(name, _title(name), (FieldView("All of it", WITHHELD),))
    offset = 1 if name == "MSH" else 0
    valued = tuple(
        FieldView(f"{name}-{place + offset}", _brief(value), field_name(name, place + offset))
        for place, value in enumerate(fields[1:], start=1)
        if value.strip()
    )
    return SegmentView(name, _title(name), valued)


def _title(segment: str) -> str:
    if segment in SEGMENTS:
        return SEGMENTS[segment][0]
    return TITLES.get(segment, "Local segment" if segment.startswith("Z") else "Not known here")


def _json(raw: bytes, whereabouts: bool) -> Readable:
    text = decode(raw).text
    try:
        body = json.loads(text)
    except (ValueError, RecursionError):
        return _text(text, whereabouts)
    kept = body if whereabouts else _without_elements(body)
    pretty = json.dumps(kept, indent=2, ensure_ascii=False)
    return Readable(tuple(pretty.split("\n")), None, kept != body)


def _without_elements(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: WITHHELD if _tells(name) else _without_elements(inner) for name, inner in value.items()}
    return [_without_elements(inner) for inner in value] if isinstance(value, list) else value


def _tells(element: str) -> bool:
    return element in ELEMENTS or "ddress" in element


def _elements(body: Any) -> tuple[SegmentView, ...]:
    """The first elements of a resource, each with what it holds."""
    if not isinstance(body, dict):
        return ()
    fields = tuple(FieldView(name, _brief(value)) for name, value in body.items())
    return (SegmentView(str(body.get("resourceType", "JSON")), "Resource", fields),)


def _brief(value: Any) -> str:
    if isinstance(value, list):
        return words.count(len(value), "entry", "entries")
    text = ", ".join(value) if isinstance(value, dict) else str(value)
    rest = len(text) - MOST_OF_A_VALUE
    return f"{text[:MOST_OF_A_VALUE]} ... {words.count(rest, 'character')} more" if rest > 0 else text


def _text(text: str, whereabouts: bool) -> Readable:
    """What cannot be cut into fields; of somebody's address a glance could show no more than a beginning."""
    rest = len(text) - GLANCE
    if whereabouts or rest <= 0:
        return Readable((text,), None, False)
    return Readable((text[:GLANCE],), None, True, f"{words.count(rest, 'character')} more, withheld")
