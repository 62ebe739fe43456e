"""Full reading of a stored message: segments, and their fields when somebody asks for them.

`read_message` mends what arrives damaged (LF ends, blank lines, lines that are no segment, segments that run
together) and gives typed, tolerant access: a field, repetition or component that is not there is the empty
string. The delete marker (two double quotes) is kept as `DELETED` for the feed profile to judge. Escapes are
resolved, spaces at the ends are trimmed. A field is cut when it is first asked for, and once: most are not.
"""

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import NamedTuple

from fhir_adapters.hl7v2.parse.envelope import Delimiters, MessageHeader, Unreadable, read_text

DELETED = '""'
"""A field of two double quotes: delete the value (HL7 2.4, 2.7.1)."""

MOST_PARTS = 100_000
"""Segments, fields, repetitions, components and subcomponents of one message together. The largest that mean
anything have a tenth of it, and there is room for millions.
"""

_SEGMENT_ID = re.compile(r"[A-Z][A-Z0-9]{2}")
_HEX = re.compile(r"X([0-9A-Fa-f]+)")
_MARKS = {"F": "field", "S": "component", "T": "subcomponent", "R": "repetition", "E": "escape"}
_SILENT = {"H", "N"}
_LAYOUT = re.compile(r"\.(br|sp|ce|sk|in|ti|fi|nf)\s*[+-]?\d*")
_BREAKS = {"br", "sp", "ce"}
"""Formatted text (HL7 2.4, 2.10.6): these end the line, the other commands only lay it out."""


def unescape(text: str, marks: Delimiters) -> str:
    r"""Resolve `\F\ \S\ \T\ \R\ \E\ \X..\`, line breaks of formatted text, and drop highlighting and layout.

    A local escape (`\Z..\`) means something to its sender alone: it stays as written, like anything unknown.
    """
    if marks.escape not in text:
        return text
    parts = text.split(marks.escape)
    out = [parts[0]]
    index = 1
    while index < len(parts):
        resolved = _resolve(parts[index], marks) if index + 1 < len(parts) else None
        if resolved is None:
            out.append(marks.escape + parts[index])
            index += 1
        else:
            out.append(resolved + parts[index + 1])
            index += 2
    return "".join(out)


def _resolve(code: str, marks: Delimiters) -> str | None:
    if code in _MARKS:
        return str(getattr(marks, _MARKS[code]))
    if code in _SILENT:
        return ""
    layout = _LAYOUT.fullmatch(code)
    if layout:
        return "\n" if layout[1] in _BREAKS else ""
    match = _HEX.fullmatch(code)
    if match and len(match[1]) % 2 == 0:
        return _characters(bytes.fromhex(match[1]))
    return None


def _characters(raw: bytes) -> str:
    """Bytes given in hexadecimal: UTF-8 where they are that, else Windows-1252; control bytes stay."""
    for codec in ("utf-8", "cp1252"):
        try:
            return raw.decode(codec)
        except UnicodeDecodeError:
            continue
    return raw.decode("latin-1")


class Repetition(NamedTuple):
    """One repetition of a field, cut into components and subcomponents (both counted from 1). `wholes` are
    the components uncut, where any was cut.
    """

    parts: tuple[tuple[str, ...], ...]
    wholes: tuple[str, ...] = ()

    def __call__(self, component: int = 1, subcomponent: int = 1) -> str:
        """The text there, or an empty string."""
        if component > len(self.parts):
            return ""
        inner = self.parts[component - 1]
        return inner[subcomponent - 1] if subcomponent <= len(inner) else ""

    def whole(self, component: int = 1) -> str:
        """The text of a component that has no subcomponents by its type, with any mark that stands in it."""
        if not self.wholes:
            return self(component)
        return self.wholes[component - 1] if component <= len(self.wholes) else ""

    @property
    def deleted(self) -> bool:
        """Whether the whole repetition is the delete marker."""
        return self(1) == DELETED and not any(any(inner) for inner in self.parts[1:])

    @property
    def valued(self) -> bool:
        """Whether any part has text that is not the delete marker."""
        return any(text and text != DELETED for inner in self.parts for text in inner)


class Segment:
    """One segment; fields are counted as HL7 counts them (MSH-1 is the separator)."""

    __slots__ = ("_fields", "_marks", "_read", "name")

    def __init__(self, line: str, marks: Delimiters) -> None:
        fields = line.split(marks.field)
        self.name = fields[0].strip()
        self._fields = [fields[0], marks.field, *fields[1:]] if self.name in _HEADERS else fields
        self._marks = marks
        self._read: dict[int, tuple[Repetition, ...]] = {}

    def repetitions(self, field: int) -> tuple[Repetition, ...]:
        """Every repetition of a field that says something, the delete marker included."""
        found = self._read.get(field)
        if found is None:
            text = self._fields[field] if field < len(self._fields) else ""
            found = self._read[field] = self._cut(field, text) if text else ()
        return found

    def _cut(self, field: int, text: str) -> tuple[Repetition, ...]:
        marks = self._marks
        if self.name in _HEADERS and field <= _ENCODING:
            return (Repetition(((text.strip(),),)),)
        clean = self._clean if marks.escape in text or "\x00" in text else str.strip
        if not (marks.component in text or marks.repetition in text or marks.subcomponent in text):
            whole = clean(text)
            return (Repetition(((whole,),)),) if whole else ()
        found = [self._repetition(each, clean) for each in text.split(marks.repetition)]
        return tuple([each for each in found if any(map(any, each.parts))])

    def _repetition(self, text: str, clean: Callable[[str], str]) -> Repetition:
        marks = self._marks
        components = text.split(marks.component)
        if marks.subcomponent not in text:
            return Repetition(tuple([(clean(each),) for each in components]))
        parts = tuple([tuple(map(clean, each.split(marks.subcomponent))) for each in components])
        return Repetition(parts, tuple(map(clean, components)))

    def written(self, field: int) -> tuple[str, ...]:
        """Each repetition of a text field as it was written: it has no parts, so a component mark in it is
        text. So is a repetition mark between spaces.
        """
        text = self._fields[field] if field < len(self._fields) else ""
        spaced = f" {self._marks.repetition} "
        held = text.replace(spaced, "\x01").split(self._marks.repetition)
        return tuple(self._clean(each.replace("\x01", spaced)) for each in held)

    def _clean(self, text: str) -> str:
        return unescape(text.strip(), self._marks).replace("\x00", "").strip()

    def first(self, field: int) -> Repetition:
        """The first repetition of a field, empty where there is none."""
        found = self.repetitions(field)
        return found[0] if found else EMPTY

    def text(self, field: int, component: int = 1, subcomponent: int = 1) -> str:
        """One component of the first repetition; empty where absent, `DELETED` where the sender deletes."""
        found = self.repetitions(field)
        return found[0](component, subcomponent) if found else ""

    def value(self, field: int, component: int = 1) -> str:
        """As `text`, with the delete marker read as absent."""
        found = self.repetitions(field)
        text = found[0](component) if found else ""
        return "" if text == DELETED else text


EMPTY = Repetition(())
_HEADERS = frozenset({"MSH", "BHS", "FHS"})
"""Segments whose first field is the separator itself, and the next the other marks."""
_ENCODING = 2


class Message:
    """A read message: its envelope and its segments in order."""

    __slots__ = ("_first", "damaged", "envelope", "segments")

    def __init__(self, envelope: MessageHeader, segments: tuple[Segment, ...], damaged: int) -> None:
        self.envelope = envelope
        self.segments = segments
        self.damaged = damaged
        self._first = {segment.name: segment for segment in reversed(segments)}

    def all(self, name: str) -> Iterator[Segment]:
        """Every segment of that name."""
        return (segment for segment in self.segments if segment.name == name)

    def segment(self, name: str) -> Segment | None:
        """The first segment of that name, or None."""
        return self._first.get(name)

    def text(self, name: str, field: int, component: int = 1) -> str:
        """One component of the first such segment, empty where anything is missing."""
        found = self.segment(name)
        return found.text(field, component) if found else ""

    def value(self, name: str, field: int, component: int = 1) -> str:
        """As `text`, with the delete marker read as absent."""
        found = self._first.get(name)
        return found.value(field, component) if found else ""


def _usable(lines: list[str], marks: Delimiters) -> tuple[list[str], int]:
    """Lines that are segments, and how many others there were (blank lines do not count)."""
    kept: list[str] = []
    damaged = 0
    for line in lines:
        stripped = line.strip("\n\x00 \t")
        if not stripped:
            continue
        if _SEGMENT_ID.fullmatch(stripped[:3]) and stripped[3:4] in ("", marks.field):
            kept.append(stripped)
        else:
            damaged += 1
    return kept, damaged


def _parts(text: str, marks: Delimiters) -> int:
    """Into how many parts the delimiters cut a message."""
    cuts = ("\r", marks.field, marks.repetition, marks.component, marks.subcomponent)
    return sum(text.count(mark) for mark in cuts)


def read_message(raw: bytes) -> Message | Unreadable:
    """Read a message; `Unreadable` where its envelope cannot be read or it has too many parts. A message
    without an id is read all the same.
    """
    read, text = read_text(raw)
    envelope = read.header if isinstance(read, Unreadable) else read
    if envelope is None or not envelope.message_type:
        return (
            read
            if isinstance(read, Unreadable)
            else Unreadable("unreadable-envelope", envelope.sha256 if envelope else "")
        )
    marks = envelope.delimiters
    if _parts(text, marks) > MOST_PARTS:
        return Unreadable("message-not-understood", envelope.sha256, "too-many-parts", envelope)
    lines, damaged = _usable(text.split("\r"), marks)
    lines, cuts = split_run_together(lines, marks.field, marks.component)
    if cuts:
        envelope = envelope._replace(repairs=(*envelope.repairs, "segments-run-together"))
    return Message(envelope, tuple(Segment(line, marks) for line in lines), damaged)


LONGEST_LINE = 65_536
"""Longer lines hold files in base64, not lost segments."""

_IDS = ("OBX", "OBR", "NK1", "PV1", "PID", "EVN", "AL1", "DG1", "PR1", "NTE")

_SHAPES = (
    r"OBX{f}\d{{1,4}}{f}[A-Z]{{2,3}}{f}",
    r"OBR{f}\d{{1,4}}{f}[^{f}]*{f}[^{f}]*{f}",
    r"NK1{f}\d{{1,3}}{f}[^{f}]*{c}",
    r"PV1{f}\d?{f}[A-Z]{f}[^{f}]*{c}",
    r"(?<![A-Z])PID{f}\d?{f}[^{f}]*{f}[^{f}]+{f}",
    r"EVN{f}[A-Z]\d\d{f}\d{{8}}",
    r"(?<![A-Z])(?:AL1|DG1|PR1|NTE){f}\d{{1,3}}{f}",
)


@lru_cache(maxsize=32)
def _beginnings(field: str, component: str) -> re.Pattern[str]:
    marks = {"f": re.escape(field), "c": re.escape(component)}
    return re.compile("(?=" + "|".join(f"(?:{shape.format(**marks)})" for shape in _SHAPES) + ")")


def split_run_together(lines: list[str], field: str, component: str) -> tuple[list[str], int]:
    """The lines with lost segments on lines of their own, and how many cuts that took: their sender lost the
    CR between them.

    A line is cut only where what follows has the very shape of a segment that we know: its id, a set id that
    is a number, and fields as that segment has them. A value that merely ends in such letters stays whole.
    """
    beginnings = _beginnings(field, component)
    apart = [part for line in lines for part in _apart(line, beginnings)]
    return apart, len(apart) - len(lines)


def _apart(line: str, beginnings: re.Pattern[str]) -> list[str]:
    if len(line) > LONGEST_LINE or not any(line.find(name, 1) > 0 for name in _IDS):
        return [line]
    cuts = [found.start() for found in beginnings.finditer(line, 1)]
    starts, ends = [0, *cuts], [*cuts, len(line)]
    return [line[start:end] for start, end in zip(starts, ends, strict=True)]
