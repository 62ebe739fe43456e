"""What a row of the table of errors holds."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Fault = Literal["sender", "us", "receiver", "network"]
AckCode = Literal["AA", "AE", "AR"]


@dataclass(frozen=True, slots=True)
class Ack:
    """An HL7 acknowledgement code (table 0008) with its error condition (table 0357)."""

    code: AckCode
    condition: str


@dataclass(frozen=True, slots=True)
class ErrorRow:
    """One row of the table; `words` says what happened and what to do about it."""

    code: str
    http: int
    issue: str
    ack: Ack | None
    retryable: bool
    fault: Fault
    title: str
    words: str


STORED = Ack("AA", "0")
BAD_SEGMENTS = Ack("AR", "100")
FIELD_MISSING = Ack("AR", "101")
BAD_DATA = Ack("AR", "102")
TRY_LATER = Ack("AE", "207")

Row = tuple[str, int, str, Ack | None, bool, Fault, str, str]
"""The fields of an `ErrorRow`, as the files of this folder write them down."""


def by_code(*families: Iterable[Row]) -> dict[str, ErrorRow]:
    """Return the rows of families by their code."""
    rows = [ErrorRow(*row) for family in families for row in family]
    return {row.code: row for row in rows}
