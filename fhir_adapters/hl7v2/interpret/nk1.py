"""NK1 and PD1: next of kin, carers, and the practice. An NK1 without a name says nothing."""

from fhir_adapters.hl7v2.facts import Contact
from fhir_adapters.hl7v2.interpret.pid import read_name, read_telecom
from fhir_adapters.hl7v2.reading import Message, Segment


def _contact(nk1: Segment) -> Contact | None:
    name = read_name(nk1.first(2))
    if name is None:
        return None
    telecoms = [read_telecom(xtn) for number in (5, 6) for xtn in nk1.repetitions(number)]
    return Contact(
        name=" ".join(part for part in (name.title, name.given, name.family) if part),
        relationship=nk1.value(3) or nk1.value(3, 2),
        telecoms=tuple(dict.fromkeys(item for item in telecoms if item)),
    )


def read_contacts(message: Message) -> tuple[Contact, ...] | None:
    """Everybody in NK1, or None where nobody is named."""
    found = [contact for nk1 in message.all("NK1") if (contact := _contact(nk1))]
    return tuple(dict.fromkeys(found)) or None


def read_practice(message: Message) -> str | None:
    """The ODS code of the GP practice (PD1-3, component 3)."""
    return message.value("PD1", 3, 3) or None
