"""The inbox row of a message, from its envelope, with whom it hides, so that hiding waits for nothing.

Nearly every message hides nobody, and none may cost its sender time: the bytes of the fields that the profile
names in `hidden_when` are looked at first, and only a message that may hide somebody is read. Looking errs
towards reading; reading decides, as the drain would.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from fhir_adapters.feeds.profile import HidingSign, Profile
from fhir_adapters.hl7v2.interpret import unused
from fhir_adapters.hl7v2.interpret.adt import hidden_people
from fhir_adapters.hl7v2.interpret.fields import Reader
from fhir_adapters.hl7v2.interpret.identifiers import usable
from fhir_adapters.hl7v2.parse.envelope import BATCH, MessageHeader, Unreadable, header_of, messages_in
from fhir_adapters.hl7v2.parse.segments import read_message
from fhir_adapters.hl7v2.receive.ack import verdict_on
from fhir_adapters.store.inbox import Arrived, HiddenNumber, number_key

CONTENT_TYPE = "x-application/hl7-v2+er7"
LONGEST_ID = 200
"""Characters of MSH-10 that name a message (HL7 allows 20); the hash tells longer ones apart."""


def arrived(
    raw: bytes, read: MessageHeader | Unreadable, *, claimed: bool, hides: tuple[HiddenNumber, ...] = ()
) -> Arrived:
    """The inbox row of a message: rejected when its envelope cannot be read, unassigned when no feed
    claims it. `hides` are the numbers of those whom it hides.
    """
    unreadable = read if isinstance(read, Unreadable) else None
    header = header_of(read) or MessageHeader(sha256=read.sha256)
    state = "rejected" if unreadable else "stored" if claimed else "unassigned"
    code = unreadable.code if unreadable else None if claimed else "unknown-feed"
    return Arrived(
        raw=raw,
        content_type=CONTENT_TYPE,
        message_id=_storable(header.message_id),
        charset=header.charset,
        message_type=_storable(header.message_type) or None,
        trigger=_storable(header.trigger) or None,
        version=_storable(header.version) or None,
        event_time=header.event_time,
        person_key=person_key(header),
        acknowledgement=verdict_on(read).code,
        state=state,
        code=code,
        reason=unreadable.detail if unreadable else None,
        sha256=read.sha256,
        hides=hides,
    )


def _storable(text: str) -> str:
    """Text that PostgreSQL can hold and index."""
    return text.replace("\x00", "")[:LONGEST_ID]


def person_key(header: MessageHeader) -> str | None:
    """A short hash of the first number that the message gives for the person: orders the drain, names
    nobody.
    """
    if not header.patient_hints:
        return None
    number = header.patient_hints[0].split(header.delimiters.component)[0]
    return number_key(number) if number else None


_WIDE = ("utf-16", "utf-32")
"""Character sets in which the bytes of a text are not those of its letters."""


def numbers_hidden(
    raw: bytes, read: MessageHeader | Unreadable, profile: Profile
) -> tuple[HiddenNumber, ...]:
    """The numbers of the people whose whereabouts a message hides; of a batch, of all messages in it."""
    header = header_of(read)
    if header is None or not _may_hide(raw, header, profile):
        return ()
    inside = messages_in(raw) if header.message_type == BATCH else [raw]
    return tuple(dict.fromkeys(number for one in inside for number in _read(one, profile)))


def _read(raw: bytes, profile: Profile) -> Iterator[HiddenNumber]:
    message = read_message(raw)
    if isinstance(message, Unreadable) or unused(message, profile):
        return
    for person in hidden_people(Reader(message, profile)):
        for each in usable(person.identifiers):
            authority = each.authority if each.kind == "local" else ""
            yield HiddenNumber(each.kind, each.value, authority, person.stated_at)


def _may_hide(raw: bytes, header: MessageHeader, profile: Profile) -> bool:
    marks = header.delimiters
    if not profile.hidden_when:
        return False
    signs = profile.hiding_signs
    if header.message_type == BATCH:
        return any(sign.segment in raw for sign in signs)
    if header.charset.startswith(_WIDE) or not (marks.field + marks.escape).isascii():
        return True
    mark, escape = marks.field.encode(), marks.escape.encode()
    return any(_hides(text, sign.values, escape) for sign in signs for text in _texts(raw, sign, mark))


def _hides(text: bytes, values: Iterable[bytes], escape: bytes) -> bool:
    """Whether a field may hold one of the values: they stand in it, or part of it is escaped."""
    said = text.replace(b"\x00", b"").upper()
    return escape in said or any(value in said for value in values)


def _texts(raw: bytes, sign: HidingSign, mark: bytes) -> Iterator[bytes]:
    """What stands in a field of each such segment, also of one that has run together with another."""
    begins = sign.segment + mark
    at = raw.find(begins)
    while at >= 0:
        end = min((found for found in (raw.find(b"\r", at), raw.find(b"\n", at)) if found >= 0), default=None)
        fields = raw[at:end].split(mark, sign.field + 1)
        if len(fields) > sign.field and fields[sign.field]:
            yield fields[sign.field]
        at = raw.find(begins, at + 1)
