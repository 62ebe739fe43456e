"""Answers to messages: who gets which acknowledgement, and how it is written.

Original mode (MSH-15 and MSH-16 empty) gets one ACK with AA, AE or AR. In enhanced mode the sender asks, by
table 0155, when it wants a commit acknowledgement (CA, CE, CR) and when an application acknowledgement. What
an engine really waits for differs, so the feed profile says what is answered at once:

| `immediate` | original mode | MSH-15 asks | only MSH-16 asks | neither |
|---|---|---|---|---|
| `application` (the default: most English feeds wait for AA whatever they declare) | AA | AA | AA | AA |
| `as-asked` | AA | CA, and AA later where MSH-16 asks | AA | AA |
| `commit` | CA | CA, and AA later where MSH-16 asks | CA, and AA later | CA |

A later AA follows on the same connection when the drain has handled the message; it says that we are done
with it, whatever came of it, because bad data is ours to show to a person and never a reason to stop a queue.
A sender that wants the application acknowledgement alone gets it at once: it waits for nothing else, and its
queue must not stand still because our drain does.

**Every message is answered**, acknowledgements among the messages too: a sender that waits for ever for an
answer stops its queue, while a surplus answer is ignored. Only a profile with `honour_never: true` stays
silent when the sender declared NE for both. An acknowledgement that arrives is stored and answered once; the
answer goes back on the same connection and is never answered in turn, so no loop can begin.

The codes come from the table of errors: AR only for an envelope that cannot be read, AE for our own outage,
and AA for everything that was stored, because an error answer blocks the sender's queue (HL7 UK A.3; tables
0008 and 0357).
"""

import re
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Literal

from discharge.clocks import london
from discharge.errors import ERRORS
from fhir_adapters.hl7v2.parse.envelope import Delimiters, MessageHeader, Unreadable

Immediate = Literal["application", "as-asked", "commit"]

ACCEPTED = "0"
OUR_APPLICATION = "HOMEWARD"
COMMIT = {"AA": "CA", "AE": "CE", "AR": "CR"}
_ERR_BY_FIELDS_FROM = (2, 5)
_PLACE = re.compile(r"([A-Z][A-Z0-9]{2})-(\d+)")


@dataclass(frozen=True, slots=True)
class AckRules:
    """How a feed wants to be answered; see the module's text."""

    immediate: Immediate = "application"
    honour_never: bool = False


@dataclass(frozen=True, slots=True)
class Verdict:
    """What to tell the sender: table 0008 code, table 0357 condition, words, and the place at fault
    (`MSH-10`).
    """

    code: str
    condition: str
    words: str = ""
    where: str = ""

    @property
    def accepted(self) -> bool:
        """Whether the message was stored."""
        return self.code == "AA"


STORED = Verdict("AA", ACCEPTED)


def verdict_of(code: str, where: str = "") -> Verdict:
    """The verdict for a code of the table of errors; a code that HL7 never sees counts as our own fault."""
    row = ERRORS[code]
    answer = row.ack or ERRORS["internal"].ack
    if answer is None:
        raise LookupError("the table of errors gives no acknowledgement for an internal error")
    return Verdict(answer.code, answer.condition, row.title, where)


def verdict_on(read: MessageHeader | Unreadable) -> Verdict:
    """The verdict on a message that was stored, from its envelope alone."""
    if isinstance(read, MessageHeader):
        return STORED
    return verdict_of(read.code, read.detail if _PLACE.fullmatch(read.detail) else "")


def _asked(condition: str, accepted: bool) -> bool:
    """Whether table 0155 asks for an answer to this result."""
    return {"AL": True, "NE": False, "ER": not accepted, "SU": accepted}.get(condition, False)


def answer_code(header: MessageHeader | None, verdict: Verdict, rules: AckRules) -> str | None:
    """The code to answer with, or None where the profile honours a sender that never wants one."""
    if header is None:
        return verdict.code
    if rules.honour_never and header.wants_no_answer:
        return None
    asked = rules.immediate == "as-asked" and _asked(header.accept_ack, verdict.accepted)
    return COMMIT[verdict.code] if asked or rules.immediate == "commit" else verdict.code


def owes_application(header: MessageHeader, verdict: Verdict, rules: AckRules) -> bool:
    """Whether an application acknowledgement is to follow: the commit alone was acknowledged, and MSH-16 asks
    for what every message that was stored gets in the end, AA.
    """
    committed = answer_code(header, verdict, rules) == COMMIT["AA"]
    return committed and _asked(header.application_ack, accepted=True)


def escape(text: str, marks: Delimiters) -> str:
    """Text made safe to stand in a field."""
    pairs = {
        marks.field: "F",
        marks.component: "S",
        marks.subcomponent: "T",
        marks.repetition: "R",
        marks.escape: "E",
    }
    return "".join(
        f"{marks.escape}{pairs[c]}{marks.escape}" if c in pairs else c for c in text if c.isprintable()
    )


def hl7_time(instant: datetime) -> str:
    """An instant as HL7 writes it: London local time with its offset."""
    return _written_time(instant.replace(microsecond=0))


@lru_cache(maxsize=64)
def _written_time(second: datetime) -> str:
    """Many answers are given within one second."""
    return london(second).strftime("%Y%m%d%H%M%S%z")


def _message_type(header: MessageHeader, marks: Delimiters) -> str:
    parts = ["ACK", header.trigger, "ACK"] if header.structure and header.trigger else ["ACK", header.trigger]
    return marks.component.join(part for part in parts if part)


def _version(header: MessageHeader) -> tuple[int, int]:
    match = re.match(r"(\d+)\.(\d+)", header.version)
    return (int(match[1]), int(match[2])) if match else (2, 4)


def _error(header: MessageHeader, verdict: Verdict, marks: Delimiters) -> str:
    """ERR: from 2.5 on by ERR-2 to ERR-4, before that by ERR-1 (segment, sequence, field, code)."""
    match = _PLACE.fullmatch(verdict.where)
    segment, number = (match[1], match[2]) if match else ("MSH", "")
    words = escape(verdict.words, marks)
    place = marks.component.join((segment, "1", number))
    if _version(header) >= _ERR_BY_FIELDS_FROM:
        coded = marks.component.join((verdict.condition, words, "HL70357"))
        return marks.field.join(("ERR", "", place, coded, "E"))
    coded = marks.subcomponent.join((verdict.condition, words, "HL70357"))
    return marks.field.join(("ERR", marks.component.join((place, coded))))


def build_ack(
    header: MessageHeader | None, verdict: Verdict, code: str, *, now: datetime, ack_id: str
) -> bytes:
    """One acknowledgement with this code (table 0008) as bytes without framing.

    Sender and receiver are swapped, delimiters, version and processing id echoed. `ack_id` has at most 20
    characters.
    """
    header = header or MessageHeader(sha256="", version="2.4", processing_id="P")
    marks = header.delimiters
    msh = _header(header, now, ack_id)
    msa: tuple[str, ...] = ("MSA", code, header.message_id)
    lines = [marks.field.join(msh)]
    if verdict.accepted:
        lines.append(marks.field.join(msa))
    else:
        lines.append(marks.field.join((*msa, escape(verdict.words, marks), "", "", verdict.condition)))
        lines.append(_error(header, verdict, marks))
    return _encoded("\r".join(lines) + "\r", header.charset)


def _header(header: MessageHeader, now: datetime, ack_id: str) -> tuple[str, ...]:
    marks = header.delimiters
    return (
        "MSH",
        marks.component + marks.repetition + marks.escape + marks.subcomponent,
        header.receiving_application or OUR_APPLICATION,
        header.receiving_facility,
        header.sending_application,
        header.sending_facility,
        hl7_time(now),
        "",
        _message_type(header, marks),
        ack_id,
        header.processing_id,
        header.version,
    )


def _encoded(text: str, charset: str) -> bytes:
    try:
        return text.encode(charset)
    except (UnicodeEncodeError, LookupError):
        return text.encode("utf-8")
