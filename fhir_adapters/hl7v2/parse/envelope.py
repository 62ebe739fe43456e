"""The envelope of a message: what must be known before it is stored and acknowledged, read from bytes.

`read_envelope` looks at MSH, EVN-2/6, PID-2/3/19 and PV1-19 only, by plain splitting, so that storing and
routing never wait for full reading. It never raises: what has no readable header comes back as `Unreadable`
with a code of the table of errors. Line ends other than CR, doubled escape characters and byte order marks
are mended and noted; the bytes that arrived stay as they are. (`hl7` itself reads LF-separated text as one
segment and takes a truncated MSH, and `hl7apy` rewrites what it reads: hence our own checks.)
"""

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from discharge.clocks import LONDON
from fhir_adapters.hl7v2.parse.text import readable_text
from fhir_adapters.hl7v2.parse.timestamps import parse_time

MAX_HINTS = 8
"""Identifier hints kept from one message."""

_DEFAULT_ENCODING = "^~\\&"
_ESCAPE_LOST = "^~&"
"""MSH-2 from a program that took the backslash for an escape of its own: `&` is the subcomponent, as ever."""


@dataclass(frozen=True, slots=True)
class Delimiters:
    """The five characters that cut a message: field, component, repetition, escape, subcomponent."""

    field: str = "|"
    component: str = "^"
    repetition: str = "~"
    escape: str = "\\"
    subcomponent: str = "&"


_NO_FIELDS = ("",) * 16
_USUAL: tuple[Delimiters, tuple[str, ...]] = (Delimiters(), ())


BATCH = "BATCH"
"""The message type under which a batch is kept: wrappers (FHS, BHS, BTS, FTS; HL7 2.4, 2.15.3) around several
messages in one file or frame. It is stored and acknowledged as it came; the drain then puts each message
inside into the inbox as a message of its own, whose bytes are exactly those between two headers.
"""

MOST_INSIDE = 10_000
"""Messages of one batch; more of them are no day's work, and would be one transaction for minutes."""

_HEADER = re.compile(rb"(?:^|[\r\n])(?=MSH[^A-Za-z0-9\s])")
_TRAILER = re.compile(rb"(?<![\r\n])[\r\n]++(?:BTS|FTS|BHS)[^A-Za-z0-9\s]")
_WRAPPER = re.compile(r"(FHS|BHS)[^A-Za-z0-9\s]")


def is_batch(text: str) -> bool:
    """Whether a text begins with the header of a file or batch."""
    return bool(_WRAPPER.match(text))


def messages_in(raw: bytes) -> list[bytes]:
    """The messages inside a batch, in order, without the lines of the wrapper."""
    starts = [found.end() for found in _HEADER.finditer(raw)]
    ends = [*starts[1:], len(raw)][: len(starts)]
    whole = (raw[start:end] for start, end in zip(starts, ends, strict=True))
    return [_TRAILER.split(message, maxsplit=1)[0].rstrip(b"\r\n") + b"\r" for message in whole]


def wrapped_id(text: str, separator: str) -> str:
    """The control id of a file or batch header (FHS-11, else BHS-11); empty where neither is there."""
    for line in re.split(r"[\r\n]+", text):
        fields = line.split(separator)
        if fields[0] in {"FHS", "BHS"} and len(fields) > 10 and fields[10].strip():
            return fields[10].strip()
    return ""


class MessageHeader(NamedTuple):
    """What the header says, with hints for routing; every text is as sent, trimmed, and may be empty.

    `accept_ack` and `application_ack` are MSH-15 and MSH-16 (table 0155); `event_time` is EVN-6, else EVN-2,
    else MSH-7 (UTC); `patient_hints` are the repetitions of PID-3, PID-2 and PID-19 as written; `repairs` are
    codes.
    """

    sha256: str
    delimiters: Delimiters = Delimiters()
    charset: str = "utf-8"
    message_id: str = ""
    message_type: str = ""
    trigger: str = ""
    structure: str = ""
    version: str = ""
    processing_id: str = ""
    sending_application: str = ""
    sending_facility: str = ""
    receiving_application: str = ""
    receiving_facility: str = ""
    sent: str = ""
    event_time: datetime | None = None
    accept_ack: str = ""
    application_ack: str = ""
    patient_hints: tuple[str, ...] = ()
    visit_hint: str = ""
    repairs: tuple[str, ...] = ()

    @property
    def wants_no_answer(self) -> bool:
        """Whether the sender declared NE (never) for both acknowledgements (table 0155)."""
        return self.accept_ack == "NE" and self.application_ack == "NE"

    @property
    def is_acknowledgement(self) -> bool:
        """Whether this is itself an answer (ACK, or any type whose trigger of reply is ACK)."""
        return self.message_type in {"ACK", "MCF"}

    @property
    def label(self) -> str:
        """Type and trigger for lists, such as `ADT^A01`."""
        return "^".join(part for part in (self.message_type, self.trigger) if part)


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Bytes whose header cannot be read: a code of the table of errors, and what could be read for the
    answer.
    """

    code: str
    sha256: str
    detail: str = ""
    header: MessageHeader | None = None


def _delimiters(header: str) -> tuple[Delimiters, tuple[str, ...]] | None:
    """The delimiters of MSH-1 and MSH-2, or None where they cannot be delimiters."""
    return _USUAL if header.startswith("MSH|^~\\&|") else _read_delimiters(header)


def _read_delimiters(header: str) -> tuple[Delimiters, tuple[str, ...]] | None:
    separator = header[3:4]
    if not separator or separator.isalnum() or separator.isspace() or not separator.isprintable():
        return None
    encoding, found, _ = header[4:].partition(separator)
    repairs: list[str] = []
    if "\\\\" in encoding:
        encoding = encoding.replace("\\\\", "\\")
        repairs.append("escape-doubled")
    if encoding == _ESCAPE_LOST:
        encoding = _DEFAULT_ENCODING
        repairs.append("escape-lost")
    if (
        not found
        or not 1 <= len(encoding) <= len(_DEFAULT_ENCODING) + 1
        or not _distinct(separator + encoding)
    ):
        return None
    if len(encoding) < len(_DEFAULT_ENCODING):
        encoding += _DEFAULT_ENCODING[len(encoding) :]
        repairs.append("delimiters-short")
        if not _distinct(separator + encoding):
            return None
    return Delimiters(separator, *encoding[:4]), tuple(repairs)


def _distinct(marks: str) -> bool:
    return len(set(marks)) == len(marks) and not any(m.isalnum() or m.isspace() for m in marks)


def _segment(lines: list[str], name: str, separator: str) -> list[str]:
    """The fields of the first segment of that name; an empty list where there is none."""
    prefix = name + separator
    for line in lines:
        if line.startswith(prefix):
            return line.split(separator)
    return []


def _at(fields: list[str], index: int) -> str:
    return fields[index].strip() if index < len(fields) else ""


def _event_time(msh: list[str], evn: list[str], zone: ZoneInfo) -> datetime | None:
    for text in (_at(evn, 6), _at(evn, 2), msh[6]):
        stamp = parse_time(text, zone) if text else None
        if stamp:
            return stamp.instant
    return None


def _hints(pid: list[str], marks: Delimiters) -> tuple[str, ...]:
    written = [part.strip() for index in (3, 2, 19) for part in _at(pid, index).split(marks.repetition)]
    return tuple(dict.fromkeys(part for part in written if part and part != '""'))[:MAX_HINTS]


def _first(text: str, marks: Delimiters) -> str:
    """The first component of the first repetition."""
    return text.partition(marks.repetition)[0].partition(marks.component)[0].strip()


def _components(text: str, marks: Delimiters) -> list[str]:
    """All components of the first repetition, at least three."""
    parts = text.partition(marks.repetition)[0].split(marks.component)
    return [*map(str.strip, parts), "", ""]


def _header(line: str, separator: str) -> list[str]:
    """The fields of MSH as far as we look, whether or not they are there."""
    return [*map(str.strip, line.split(separator)), *_NO_FIELDS]


def _assemble(
    sha256: str, marks: Delimiters, lines: list[str], charset: str, repairs: tuple[str, ...]
) -> MessageHeader:
    msh = _header(lines[0], marks.field)
    evn = _segment(lines, "EVN", marks.field)
    pv1 = _segment(lines, "PV1", marks.field)
    kind = _components(msh[8], marks)
    # MSH-1 is the separator itself, so MSH-n sits at index n-1 of the split.
    return MessageHeader(
        sha256=sha256,
        delimiters=marks,
        charset=charset,
        message_id=msh[9],
        message_type=kind[0].upper(),
        trigger=kind[1].upper() or _first(_at(evn, 1), marks).upper(),
        structure=kind[2].upper(),
        version=_first(msh[11], marks),
        processing_id=_first(msh[10], marks).upper(),
        sending_application=_first(msh[2], marks),
        sending_facility=_first(msh[3], marks),
        receiving_application=_first(msh[4], marks),
        receiving_facility=_first(msh[5], marks),
        sent=msh[6],
        event_time=_event_time(msh, evn, LONDON),
        accept_ack=msh[14].upper(),
        application_ack=msh[15].upper(),
        patient_hints=_hints(_segment(lines, "PID", marks.field), marks),
        visit_hint=_first(_at(pv1, 19), marks),
        repairs=repairs,
    )


def read_envelope(raw: bytes) -> MessageHeader | Unreadable:
    """Read the header of one message; every outcome is a value.

    A batch (FHS, BHS) has an envelope of type BATCH. Codes: `not-hl7` (no MSH at the start),
    `unreadable-envelope` (delimiters that cannot be, no message type), `missing-message-id` (MSH-10 is empty;
    everything else was readable).
    """
    return read_text(raw)[0]


def read_text(raw: bytes) -> tuple[MessageHeader | Unreadable, str]:
    """As `read_envelope`, and beside it the readable text of the message."""
    text, charset, repairs = readable_text(raw)
    return _read(raw, text, charset, repairs), text


def _read(raw: bytes, text: str, charset: str, repairs: tuple[str, ...]) -> MessageHeader | Unreadable:
    sha256 = hashlib.sha256(raw).hexdigest()
    if is_batch(text):
        return _read_batch(raw, text, sha256, charset, repairs)
    if not text.startswith("MSH"):
        return Unreadable("not-hl7", sha256, "no-msh")
    lines = text.split("\r")
    marks = _delimiters(lines[0])
    if marks is None:
        return Unreadable("unreadable-envelope", sha256, "delimiters")
    envelope = _assemble(sha256, marks[0], lines, charset, (*repairs, *marks[1]))
    if not envelope.message_type:
        return Unreadable("unreadable-envelope", sha256, "MSH-9", envelope)
    if not envelope.message_id:
        return Unreadable("missing-message-id", sha256, "MSH-10", envelope)
    return envelope


def _read_batch(
    raw: bytes, text: str, sha256: str, charset: str, repairs: tuple[str, ...]
) -> MessageHeader | Unreadable:
    """The header of a batch as an envelope of its own kind; its id is FHS-11, BHS-11, or that of its first
    message.
    """
    inside = messages_in(raw)
    first = read_envelope(inside[0]) if inside else None
    if first is None:
        return Unreadable("not-hl7", sha256, "batch-empty")
    lines = text.split("\r")
    marks = _delimiters(lines[0])
    if marks is None:
        return Unreadable("unreadable-envelope", sha256, "delimiters")
    header = lines[0].split(marks[0].field)
    known = header_of(first)
    own_id = wrapped_id(text, marks[0].field) or (f"batch-{known.message_id}" if known else "")
    return MessageHeader(
        sha256=sha256,
        delimiters=marks[0],
        charset=charset,
        message_id=own_id or f"batch-{sha256[:16]}",
        message_type=BATCH,
        version=known.version if known else "",
        processing_id=known.processing_id if known else "",
        sending_application=_first(_at(header, 2), marks[0]) or (known.sending_application if known else ""),
        sending_facility=_first(_at(header, 3), marks[0]) or (known.sending_facility if known else ""),
        receiving_application=_first(_at(header, 4), marks[0]),
        receiving_facility=_first(_at(header, 5), marks[0]),
        sent=_at(header, 6),
        repairs=repairs,
    )


def header_of(read: MessageHeader | Unreadable) -> MessageHeader | None:
    """What is known of the header, whether or not all of it could be read."""
    return read.header if isinstance(read, Unreadable) else read
