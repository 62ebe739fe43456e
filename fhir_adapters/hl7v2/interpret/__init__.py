"""From a message and a feed profile to facts, one mapper a segment; reading and interpreting as one step ends
always.

Every message ends as exactly one of three: `Interpreted` with its facts, `NotUsed` with the rule that says
so, or `Parked` with a cause that a person can mend. Nothing here refuses a message for its version or its
data quality.
"""

import logging
import re
from datetime import datetime

from fhir_adapters.feeds.profile import Profile
from fhir_adapters.hl7v2.facts import Interpretation, Interpreted, NotUsed, Parked
from fhir_adapters.hl7v2.interpret.adt import interpret_adt, read_as
from fhir_adapters.hl7v2.interpret.bounds import within_bounds
from fhir_adapters.hl7v2.interpret.fields import Reader
from fhir_adapters.hl7v2.interpret.kinds import KINDS, interpret_kind, with_local_segments
from fhir_adapters.hl7v2.interpret.texts import NOTE, has_bare_marks
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
    bare = (NOTE,) if has_bare_marks(reader.message) else ()
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
