"""The inbox row of a message, from its envelope alone."""

from __future__ import annotations

from fhir_adapters.hl7v2.parse.envelope import MessageHeader, Unreadable, header_of
from fhir_adapters.hl7v2.receive.ack import verdict_on
from fhir_adapters.people.number_keys import number_key
from fhir_adapters.store.inbox import Arrived, HiddenNumber

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
