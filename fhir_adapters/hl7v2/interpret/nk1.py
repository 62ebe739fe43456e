"""NK1 and PD1: next of kin, carers, and the practice. An NK1 without a name says nothing."""

from fhir_adapters.hl7v2.facts import Contact, Name
from fhir_adapters.hl7v2.interpret.fields import Notes, Reader
from fhir_adapters.hl7v2.interpret.pid import read_name, read_telecom
from fhir_adapters.hl7v2.interpret.validity import Validity
from fhir_adapters.hl7v2.parse.segments import Message, Segment


def _in_force(nk1: Segment, reader: Reader) -> bool:
    """Whether somebody is a contact on the day of the message (NK1-8 and NK1-9)."""
    start, end = reader.in_segment(nk1, 8), reader.in_segment(nk1, 9)
    return Validity(start.day if start else None, end.day if end else None).in_force(reader.day())


def _contact(nk1: Segment, name: Name, reader: Reader) -> Contact:
    telecoms = [read_telecom(xtn, reader) for number in (5, 6) for xtn in nk1.repetitions(number)]
    return Contact(
        name=" ".join(part for part in (name.title, name.given, name.family) if part),
        relationship=nk1.value(3) or nk1.value(3, 2),
        telecoms=tuple(dict.fromkeys(item for item in telecoms if item)),
    )


def read_contacts(reader: Reader, notes: Notes) -> tuple[Contact, ...] | None:
    """Everybody in NK1 who is a contact now, or None where nobody is named; none where all have ended."""
    named = [(nk1, name) for nk1 in reader.message.all("NK1") if (name := read_name(nk1.first(2)))]
    present = [each for each in named if _in_force(each[0], reader)]
    if len(present) < len(named):
        notes.codes.append("ended-value")
    found = [_contact(nk1, name, reader) for nk1, name in present]
    return tuple(dict.fromkeys(found)) if named else None


def read_practice(message: Message) -> str | None:
    """The ODS code of the GP practice (PD1-3, component 3)."""
    return message.value("PD1", 3, 3) or None
