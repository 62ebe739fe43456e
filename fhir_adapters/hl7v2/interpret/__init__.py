"""From a message and a feed profile to facts; reading and interpreting as one step ends always.

`adt` asks `person` (PID, PD1, NK1) and `stay` (EVN, PV1, PV2, ZU1) for the facts of the same names in
`facts`; ORU, MDM and REF add theirs.

Every message ends as exactly one of three: `Interpreted` with its facts, `NotUsed` with the rule that says
so, or `Parked` with a cause that a person can mend. Nothing here refuses a message for its version or its
data quality.
"""

import logging
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime

from fhir_adapters.feeds.profile import Profile
from fhir_adapters.hl7v2.facts import (
    DocumentReported,
    Fact,
    Identifier,
    Interpretation,
    Interpreted,
    NotUsed,
    Parked,
    PersonDeleted,
    PersonReported,
    PersonsLinked,
    PersonsMerged,
    ReferralReported,
    StayMoved,
    StayReported,
    ValuesExtracted,
)
from fhir_adapters.hl7v2.interpret import mdm, oru, ref
from fhir_adapters.hl7v2.interpret.adt import interpret_adt, read_as
from fhir_adapters.hl7v2.interpret.fields import BARE_MARKS, Reader, has_bare_marks
from fhir_adapters.hl7v2.interpret.triggers import TRIGGERS
from fhir_adapters.hl7v2.parse.envelope import MessageHeader, Unreadable
from fhir_adapters.hl7v2.parse.segments import Message, read_message

log = logging.getLogger("homeward.drain")

MOST_LABEL = 40
"""Characters of an unknown type and trigger that are kept as the reason; HL7 has seven and an underscored
structure.
"""

_VERSION_2 = re.compile(r"2(\.\d.*)?")
"""Every version 2 is read by its structure; anything else is stored, acknowledged and listed as not used."""


def understood(
    raw: bytes, profile: Profile, arrived_at: datetime | None = None
) -> tuple[Message | None, Interpretation]:
    """Stored bytes, read as far as they can be, and interpreted; whatever goes wrong parks the message.
    `arrived_at` is in case time.
    """
    try:
        message = read_message(raw)
        if isinstance(message, Unreadable):
            return None, Parked(code=message.code, reason=message.detail or "header")
        return message, interpret(message, profile, arrived_at)
    except Exception as error:
        log.error("message not understood: %s", type(error).__name__)
        return None, Parked(code="message-not-understood", reason=f"fault-{type(error).__name__}")


def interpret(message: Message, profile: Profile, arrived_at: datetime | None = None) -> Interpretation:
    """What the message means by this profile. `arrived_at` is in case time."""
    set_aside = unused(message, profile)
    if set_aside:
        return set_aside
    reader = Reader(message, profile, arrived_at)
    if message.envelope.message_type == "ADT":
        outcome = interpret_adt(reader)
    else:
        outcome = interpret_kind(reader, read_as(reader, TRIGGERS["A08"]))
    return _noted(reader, within_bounds(with_local_segments(reader, outcome)))


def _noted(reader: Reader, outcome: Interpretation) -> Interpretation:
    """The outcome with what had to be mended before the message could be read."""
    bare = (BARE_MARKS,) if has_bare_marks(reader.message) else ()
    mended = (*reader.message.envelope.repairs, *_misdated(reader), *bare)
    if not isinstance(outcome, Interpreted) or not mended:
        return outcome
    notes = (*outcome.notes, *mended)
    return outcome.model_copy(update={"notes": tuple(dict.fromkeys(notes))})


def _misdated(reader: Reader) -> tuple[str, ...]:
    stamps = (reader.time(place) for place in ("MSH-7", "EVN-2", "EVN-6"))
    return ("dated-ahead",) if any(stamp and reader.is_ahead(stamp.instant) for stamp in stamps) else ()


def unused(message: Message, profile: Profile) -> NotUsed | None:
    """By which rule a message that can be read is not used; None where it is."""
    envelope = message.envelope
    if envelope.is_acknowledgement:
        return NotUsed(code="unknown-trigger", reason="acknowledgement")
    if not _bears_on_us(envelope):
        return NotUsed(code="unknown-trigger", reason=_label(envelope))
    if envelope.version and not _VERSION_2.fullmatch(envelope.version):
        return NotUsed(code="unknown-version", reason="MSH-12")
    if envelope.processing_id not in profile.live_processing_ids:
        return NotUsed(code="processing-id-not-used", reason="MSH-11")
    return None


def _label(envelope: MessageHeader) -> str:
    """Type and trigger as PostgreSQL can hold them, whatever stands there; the field where nothing does."""
    label = envelope.label.replace("\x00", "")[:MOST_LABEL]
    return label if label.strip("^ ") else "MSH-9"


def _bears_on_us(envelope: MessageHeader) -> bool:
    if envelope.message_type == "ADT":
        return envelope.trigger in TRIGGERS
    return (envelope.message_type, envelope.trigger) in KINDS


_Add = Callable[[Reader, Interpreted], Interpretation]

KINDS: Mapping[tuple[str, str], _Add] = {
    **{("REF", trigger): ref.add_referral for trigger in ref.ACTIONS},
    **{("MDM", trigger): mdm.add_document for trigger in mdm.EVENTS},
    ("ORU", "R01"): oru.add_forms,
}
"""Beyond ADT: message type and trigger -> what adds its own facts to those of the person and the stay."""


def interpret_kind(reader: Reader, subject: Interpretation) -> Interpretation:
    """A message of a row of KINDS; `subject` is what it says of its person and stay.

    A message that is none of ours is not used, whoever it is about.
    """
    add = KINDS[reader.message.envelope.message_type, reader.message.envelope.trigger]
    whole = add(reader, subject if isinstance(subject, Interpreted) else Interpreted(facts=()))
    return whole if isinstance(whole, NotUsed) or isinstance(subject, Interpreted) else subject


def with_local_segments(reader: Reader, outcome: Interpretation) -> Interpretation:
    """The outcome with what the profile finds in local segments: questionnaires and extracted values."""
    if not isinstance(outcome, Interpreted):
        return outcome
    more: list[Fact] = list(oru.read_forms(reader)) if reader.message.envelope.message_type == "ADT" else []
    values = {extra.name: reader.value(extra.place) for extra in reader.profile.extras}
    said = {name: value for name, value in values.items() if value}
    if said:
        more.append(ValuesExtracted(stated_at=reader.stated_at, values=said))
    return outcome.model_copy(update={"facts": (*outcome.facts, *more)}) if more else outcome


LONGEST_NUMBER = 250
"""Characters of a number with its authority; HL7 2.4 gives CX 250."""

MOST_REPETITIONS = 200
"""Numbers, names, addresses, ways of contact or contacts of one person in one message."""

MOST_FACTS = 500
"""Facts of one message: a list of merges is the longest that is sent."""


def within_bounds(outcome: Interpretation) -> Interpretation:
    """The outcome, or parked by a named cause when nobody can mean what it holds: numbers that nobody gave,
    and hundreds of everything, would cost the drain what a thousand messages do.
    """
    if not isinstance(outcome, Interpreted):
        return outcome
    if any(len(number) > LONGEST_NUMBER for fact in outcome.facts for number in _numbers(fact)):
        return Parked(code="message-not-understood", reason="number-too-long")
    if len(outcome.facts) > MOST_FACTS or any(_most(fact) > MOST_REPETITIONS for fact in outcome.facts):
        return Parked(code="message-not-understood", reason="too-many-repetitions")
    return outcome


def _most(fact: Fact) -> int:
    """The length of the longest list that a fact holds of a person."""
    if isinstance(fact, PersonDeleted):
        return _most(fact.person)
    if isinstance(fact, PersonReported):
        lists = (fact.identifiers, fact.names, fact.addresses, fact.telecoms, fact.contacts)
        return max(len(each or ()) for each in lists)
    return sum(1 for _ in _numbers(fact))


def _numbers(fact: Fact) -> Iterator[str]:
    """Every number by which the record finds something again."""
    if isinstance(fact, PersonReported):
        yield from _of_people(fact.identifiers)
    elif isinstance(fact, StayReported):
        yield fact.key.visit_number or ""
    elif isinstance(fact, PersonsMerged):
        yield from _of_people((*fact.survivor, *fact.retired))
    elif isinstance(fact, PersonDeleted):
        yield from _of_people(fact.person.identifiers)
    elif isinstance(fact, PersonsLinked):
        yield from _of_people((*fact.one, *fact.other))
    elif isinstance(fact, StayMoved):
        yield from (fact.number, fact.to_number, *_of_people((*fact.person, *fact.from_person)))
    elif isinstance(fact, ReferralReported):
        yield fact.external_id or ""
    elif isinstance(fact, DocumentReported):
        yield from (fact.number, fact.parent or "")


def _of_people(identifiers: tuple[Identifier, ...]) -> Iterator[str]:
    return (f"{found.authority}{found.value}" for found in identifiers)
