"""From stored bytes to what they mean: reading and interpreting as one step that always ends."""

import logging
from datetime import datetime

from fhir_adapters.feeds.profile import Profile
from fhir_adapters.hl7v2.facts import Interpretation, Parked
from fhir_adapters.hl7v2.interpret import interpret
from fhir_adapters.hl7v2.parse.envelope import Unreadable
from fhir_adapters.hl7v2.parse.segments import Message, read_message

log = logging.getLogger("homeward.drain")


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
