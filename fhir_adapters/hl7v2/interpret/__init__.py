"""From a read message and a feed profile to facts; pure, one mapper a segment.

Every message ends as exactly one of three: `Interpreted` with its facts, `NotUsed` with the rule that says
so, or `Parked` with a cause that a person can mend. Nothing here refuses a message for its version or its
data quality.
"""

import re

from fhir_adapters.feeds.profile import Profile
from fhir_adapters.hl7v2.envelope import Envelope
from fhir_adapters.hl7v2.facts import (
    Fact,
    Interpretation,
    Interpreted,
    NotUsed,
    Parked,
    PersonReported,
    StayReported,
)
from fhir_adapters.hl7v2.interpret.evn import stated_at
from fhir_adapters.hl7v2.interpret.fields import Notes, Reader
from fhir_adapters.hl7v2.interpret.identifiers import usable
from fhir_adapters.hl7v2.interpret.kinds import KINDS, interpret_kind, with_local_segments
from fhir_adapters.hl7v2.interpret.mrg import read_merges
from fhir_adapters.hl7v2.interpret.nk1 import read_contacts, read_practice
from fhir_adapters.hl7v2.interpret.pid import read_pid
from fhir_adapters.hl7v2.interpret.pv1 import read_stay
from fhir_adapters.hl7v2.interpret.triggers import TRIGGERS, Trigger
from fhir_adapters.hl7v2.interpret.zu import read_hidden
from fhir_adapters.hl7v2.reading import Message, Segment

_VERSION_2 = re.compile(r"2(\.\d.*)?")


def interpret(message: Message, profile: Profile) -> Interpretation:
    """What the message means by this profile."""
    unused = _unused(message, profile)
    if unused:
        return unused
    reader = Reader(message, profile)
    if message.envelope.message_type == "ADT":
        return with_local_segments(reader, _adt(reader, TRIGGERS[message.envelope.trigger]))
    return with_local_segments(reader, interpret_kind(reader, _adt(reader, TRIGGERS["A08"])))


def _adt(reader: Reader, trigger: Trigger) -> Interpretation:
    pid = reader.message.segment("PID")
    if pid is None:
        return Parked(code="message-not-understood", reason="no-pid")
    if _is_test_name(pid, reader.profile):
        return NotUsed(code="processing-id-not-used", reason="test-name")
    return _merged(reader) if trigger.merges else _reported(pid, reader, trigger)


def _unused(message: Message, profile: Profile) -> NotUsed | None:
    envelope = message.envelope
    if envelope.is_acknowledgement:
        return NotUsed(code="unknown-trigger", reason="acknowledgement")
    if not _bears_on_us(envelope):
        return NotUsed(code="unknown-trigger", reason=envelope.label)
    if envelope.version and not _VERSION_2.fullmatch(envelope.version):
        return NotUsed(code="unknown-version", reason="MSH-12")
    if envelope.processing_id not in profile.live_processing_ids:
        return NotUsed(code="processing-id-not-used", reason="MSH-11")
    return None


def _bears_on_us(envelope: Envelope) -> bool:
    if envelope.message_type == "ADT":
        return envelope.trigger in TRIGGERS
    return (envelope.message_type, envelope.trigger) in KINDS


def _is_test_name(pid: Segment, profile: Profile) -> bool:
    names = [rep(part).upper() for rep in pid.repetitions(5) for part in (1, 2)]
    return any(name.startswith(test.upper()) for name in names for test in profile.test_names)


def _merged(reader: Reader) -> Interpretation:
    merges = read_merges(reader)
    if not merges:
        return Parked(code="message-not-understood", reason="no-merge-identifier")
    return Interpreted(facts=merges)


def _person(pid: Segment, reader: Reader, notes: Notes) -> PersonReported:
    person = read_pid(pid, reader, notes)
    return person.model_copy(
        update={
            "stated_at": stated_at(reader),
            "contacts": read_contacts(reader.message),
            "practice": read_practice(reader.message),
            "hidden": read_hidden(reader),
            "cleared": frozenset(notes.cleared & {"addresses", "telecoms"}),
        }
    )


def _stay(reader: Reader, trigger: Trigger, notes: Notes) -> StayReported | Parked | None:
    """The stay that the message names; None where it is about a person only."""
    if trigger.movement is None or reader.message.segment("PV1") is None:
        return None
    stay = read_stay(reader, trigger.movement, notes)
    if trigger.movement == "updated" and stay.inpatient is False:
        notes.codes.append("not-inpatient")
        return None
    if stay.key.named:
        return stay
    if trigger.movement == "updated":
        notes.codes.append("stay-not-named")
        return None
    return Parked(code="message-not-understood", reason="stay-not-named")


def _reported(pid: Segment, reader: Reader, trigger: Trigger) -> Interpretation:
    notes = Notes()
    person = _person(pid, reader, notes)
    if not usable(person.identifiers):
        return Parked(code="message-not-understood", reason="no-usable-identifier")
    stay = _stay(reader, trigger, notes)
    if isinstance(stay, Parked):
        return stay
    if stay is None and trigger.movement not in (None, "updated"):
        return Parked(code="message-not-understood", reason="no-pv1")
    if reader.message.damaged:
        notes.codes.append("segments-damaged")
    facts: tuple[Fact, ...] = (person,) if stay is None else (person, stay)
    return Interpreted(facts=facts, notes=tuple(dict.fromkeys(notes.codes)))
