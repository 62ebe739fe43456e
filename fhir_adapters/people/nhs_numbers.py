"""NHS numbers: ten digits, modulus 11, and not a placeholder.

The arithmetic is `nhs-number`'s (not its rule that Scottish numbers begin with a birth date: we only check
digits). Numbers that pass it and still mean "none" (9999999999 and the like) are refused by list. A number
that fails is kept as written and never matches anybody.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import NamedTuple

from nhs_number.standardise import standardise_format
from nhs_number.validate import calculate_checksum

PLACEHOLDERS = frozenset({str(digit) * 10 for digit in range(10)} | {"1234567890", "1234567881"})
"""Filled in where there is no number. Every ten-fold digit passes modulus 11, 9999999999 among them."""


@dataclass(frozen=True, slots=True)
class Tracing:
    """One tracing status: whether a number that carries it may find its person, and whether it is certain.

    Only a number that is certain (`verified`) may take the place of another under the same local number.
    """

    code: str
    words: str
    finds: bool = True
    verified: bool = False


_ROWS = (
    Tracing("NSTS01", "Number present and verified", verified=True),
    Tracing("NSTS02", "Number present but not traced"),
    Tracing("NSTS03", "Trace required"),
    Tracing("NSTS04", "Trace attempted, no match or several", finds=False),
    Tracing("NSTS05", "Trace needs to be resolved", finds=False),
    Tracing("NSTS06", "Trace in progress"),
    Tracing("NSTS07", "Number not present and trace not required"),
    Tracing("NSTS08", "Trace postponed (baby under six weeks old)"),
)
TRACING: Mapping[str, Tracing] = MappingProxyType({row.code: row for row in _ROWS})
"""HL7 table 0445 as the ITK reference tables 1.0.14 (30 June 2014) give it; what a status does is ours."""

_NOT_SAID = Tracing("", "Not given")

_GLUED_STATUS = re.compile(r"\{status:(\w+)\}", re.IGNORECASE)


class NumberCheck(NamedTuple):
    """The ten digits (or the text as written) and whether they may be used to match."""

    value: str
    usable: bool


def check_number(text: str) -> NumberCheck:
    """Tidy and check an NHS number; spaces and dashes between the digits are allowed."""
    digits = standardise_format(text.strip())
    if not digits:
        return NumberCheck(text.strip(), False)
    right = calculate_checksum(digits[:9]) == int(digits[9])
    return NumberCheck(digits, right and digits not in PLACEHOLDERS)


def split_glued_status(type_code: str) -> tuple[str, str | None]:
    """`NH{status:01}` as ("NH", "01"): one receiver's rules glue the tracing status to the type."""
    match = _GLUED_STATUS.search(type_code)
    if not match:
        return type_code, None
    return type_code.replace(match[0], "").strip(), match[1]


def tracing_status(pid_32: tuple[str, ...]) -> str | None:
    """The tracing status among PID-32's repetitions, as `NSTS01` to `NSTS08`; None where there is none."""
    for value in pid_32:
        match = re.fullmatch(r"(?:NSTS)?0?([1-8])", value.strip().upper())
        if match:
            return f"NSTS0{match[1]}"
    return None


def may_find(status: str | None, *, identity_unknown: bool = False) -> bool:
    """Whether a number with this status may find a person; of an unknown one (PID-31) only if verified."""
    row = TRACING.get(status or "", _NOT_SAID)
    return row.verified if identity_unknown else row.finds


def is_verified(status: str | None) -> bool:
    """Whether the sender traced the number and found it to be this person's."""
    return TRACING.get(status or "", _NOT_SAID).verified
