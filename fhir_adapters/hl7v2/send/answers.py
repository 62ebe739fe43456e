"""What the answer to a message of ours means: the table of acknowledgement codes, read once.

    AA        the trust has it and took it              CA        it has it; whether it takes it, comes later
    AE + 206, 207   busy or broken for now: again       CE        as AE
    AE        something in it is wrong: never again     CR        as AR
    AR        refused: never again
    AE + 205  it had come before: for a repeated message, that is an AA

Codes: table 0008 (AA AE AR, and CA CE CR of enhanced mode), conditions: table 0357. All else is no answer.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from fhir_adapters.hl7v2.parse.envelope import Unreadable, read_envelope
from fhir_adapters.hl7v2.parse.text import readable_text

Meaning = Literal["accepted", "received", "again", "never"]

RECORD_LOCKED, INTERNAL_ERROR, DUPLICATE = "206", "207", "205"
PASSING = frozenset({RECORD_LOCKED, INTERNAL_ERROR})

CONDITIONS: Mapping[str, str] = MappingProxyType(
    {
        "100": "segments out of order",
        "101": "a required field is missing",
        "102": "a value has the wrong type",
        "103": "a value is not in its table",
        "200": "message type not supported",
        "201": "event not supported",
        "202": "processing id not supported",
        "203": "version not supported",
        "204": "the patient or visit is not known",
        "205": "it arrived before",
        "206": "the record is locked",
        "207": "an internal error at the partner",
    }
)
"""Table 0357 in words. What a partner writes beside its code is not kept: it may repeat a name."""

_CODES = frozenset({"AA", "AE", "AR", "CA", "CE", "CR"})
_CONDITION = re.compile(r"(?<!\d)(10[0-3]|20[0-7])(?!\d)")


@dataclass(frozen=True, slots=True)
class PartnerAnswer:
    """One acknowledgement: its code, the condition (empty where none is given), and whose it is."""

    code: str
    condition: str
    control_id: str

    @property
    def commits(self) -> bool:
        """Whether it only says that the message arrived, or did not (enhanced mode)."""
        return self.code.startswith("C")

    @property
    def words(self) -> str:
        """The answer for a person."""
        said = CONDITIONS.get(self.condition)
        return f"{self.code} {self.condition} ({said})" if said else self.code


def read_answer(raw: bytes) -> PartnerAnswer | None:
    """The acknowledgement in these bytes; None where they hold none that can be read."""
    envelope = read_envelope(raw)
    if isinstance(envelope, Unreadable) and envelope.header is None:
        return None
    text, _, _ = readable_text(raw)
    lines = [line for line in text.split("\r") if line]
    separator = lines[0][3]
    msa = _fields(lines, "MSA", separator)
    if len(msa) < 3 or msa[1] not in _CODES:
        return None
    return PartnerAnswer(msa[1], _condition(msa, _fields(lines, "ERR", separator)), msa[2])


def _fields(lines: list[str], name: str, separator: str) -> list[str]:
    found = next((line for line in lines if line.startswith(name + separator)), "")
    return [field.strip() for field in found.split(separator)]


def _condition(msa: list[str], err: list[str]) -> str:
    """MSA-6, else the code within ERR-1 (before 2.5) or ERR-3."""
    places = (msa[6] if len(msa) > 6 else "", err[3] if len(err) > 3 else "", err[1] if len(err) > 1 else "")
    for place in places:
        if match := _CONDITION.search(place):
            return match[1]
    return ""


def meaning_of(answer: PartnerAnswer, attempts: int = 1) -> Meaning:
    """What to make of an answer to the ``attempts``-th try."""
    if answer.code == "AA":
        return "accepted"
    if answer.code == "CA":
        return "received"
    if answer.condition == DUPLICATE and attempts > 1:
        return "received" if answer.commits else "accepted"
    if answer.code in ("AR", "CR"):
        return "never"
    return "again" if answer.condition in PASSING else "never"
