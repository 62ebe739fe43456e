"""NHS numbers: ten digits, modulus 11, and not a placeholder.

The arithmetic is `nhs-number`'s (not its rule that Scottish numbers begin with a birth date: we only check
digits). Numbers that pass it and still mean "none" (9999999999 and the like) are refused by list. A number
that fails is kept as written and never matches anybody.
"""

import re
from typing import NamedTuple

from nhs_number.standardise import standardise_format
from nhs_number.validate import calculate_checksum

PLACEHOLDERS = frozenset({str(digit) * 10 for digit in range(10)} | {"1234567890", "1234567881"})
"""Filled in where there is no number. Every ten-fold digit passes modulus 11, 9999999999 among them."""

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
