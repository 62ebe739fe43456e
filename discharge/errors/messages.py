"""Errors in messages: all but the first few are of messages that were stored, and accepted."""

from __future__ import annotations

from discharge.errors.row import BAD_DATA, BAD_SEGMENTS, FIELD_MISSING, STORED, Row

# fmt: off
MESSAGES: tuple[Row, ...] = (
    ("unreadable-envelope", 400, "structure", BAD_SEGMENTS, False, "sender",
     "The message header cannot be read",
     "The first line of the message could not be read, so nothing was used. Ask the sender to check MSH."),
    ("missing-message-id", 400, "required", FIELD_MISSING, False, "sender",
     "The message has no id",
     "The message has no control id (MSH-10). It was kept under its hash. Ask the sender to number them."),
    ("not-hl7", 400, "structure", BAD_SEGMENTS, False, "sender",
     "This is not an HL7 message",
     "What arrived does not begin with MSH. Check that the right system is connected to this port."),
    ("frame-incomplete", 400, "incomplete", BAD_SEGMENTS, False, "network",
     "The message is incomplete",
     "The connection closed too early. Nothing was stored. The sender must send the message again."),
    ("message-too-large", 413, "too-long", BAD_DATA, False, "sender",
     "The message is too large",
     "The message is larger than is accepted here. Ask the sender to send documents another way."),
    ("undecodable", 400, "structure", BAD_DATA, False, "sender",
     "The text of the message cannot be decoded",
     "The bytes do not fit the character set of this feed. Check MSH-18 and the feed's settings."),
    ("unknown-trigger", 422, "not-supported", STORED, False, "sender",
     "Message type not used",
     "The message was stored and accepted. Homeward does not use this type, so nothing changed."),
    ("unknown-version", 422, "not-supported", STORED, False, "sender",
     "HL7 version not known",
     "The message was stored and accepted, and is listed as not used. Add its version to the feed if right."),
    ("unknown-feed", 422, "not-supported", STORED, False, "us",
     "The feed is not known",
     "The message was stored and accepted. No feed is set up for its sender. Add one, then replay it."),
    ("processing-id-not-used", 422, "not-supported", STORED, False, "sender",
     "Not a live message",
     "The message is marked as test or training (MSH-11). It was stored and changes no live record."),
    ("message-not-understood", 422, "processing", STORED, False, "sender",
     "The message could not be used",
     "The message was stored and accepted, but a part does not fit. Correct the feed and replay it."),
    ("unknown-patient", 422, "not-found", STORED, False, "sender",
     "We do not know this person",
     "No person here has that identifier. Check it, or send the person's details with the request."),
    ("patient-mismatch", 409, "multiple-matches", STORED, False, "sender",
     "The details fit more than one person",
     "The identifier and the details disagree. Nothing was joined. A person must choose who is meant."),
)
# fmt: on
