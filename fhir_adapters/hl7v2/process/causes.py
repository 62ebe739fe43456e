"""What a person can do about messages that could not be used: one row for each cause (`parked_causes.yaml`).

A cause is the reason that a reading gave; those that carry a detail (`unmapped-...`, `fault-...`) are known
by their beginning. What is not listed has the words of the table of errors.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from discharge.codes.by_edition import code_list
from discharge.codes.model import Code
from discharge.errors import ERRORS


@dataclass(frozen=True, slots=True)
class CauseWords:
    """A cause in a few words, and what a person can do about it."""

    title: str
    do: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ParkedCause(Code):
    """A row: the cause in a few words is its label."""

    do: str


PARKED_CAUSES = code_list("parked-causes", ParkedCause, folder=Path(__file__).parent)


def cause_words(code: str, reason: str) -> CauseWords:
    """The words of a cause: of the reason, else of its beginning, else of the code in the table of errors."""
    newest = PARKED_CAUSES.newest
    begins = (newest(row.code) for row in PARKED_CAUSES if reason.startswith(f"{row.code}-"))
    found = newest(reason) or newest(code) or next(begins, None)
    if found is not None:
        return CauseWords(found.label, found.do)
    error = ERRORS.get(code)
    return (
        CauseWords(error.title, error.words) if error else CauseWords(code or "Not known", "See one of them.")
    )
