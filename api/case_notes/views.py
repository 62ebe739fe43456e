"""A note that may be withdrawn, in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from api.case_notes.other_words import ABOUT
from api.case_notes.service import NoteOfCase
from api.cases.note_words import note_words, written_by
from api.web.names import Directory
from api.web.page import words
from discharge.clocks import CaseClock
from housing_checks.checks.form import CHECK_ITEMS


@dataclass(frozen=True)
class NotePage:
    """The words of a note, where they stand, who wrote them, and what may become of them."""

    case_id: str
    note_id: str
    version: int
    name: str
    about: str
    text: str
    written: str
    withdrawn: bool
    choices: dict[str, Any]


def present(found: NoteOfCase, known: Directory, clock: CaseClock, reads: str) -> NotePage:
    """The page of one note."""
    row, person = found.row, found.found.person
    item = row.item if row.item in {each.code for each in CHECK_ITEMS.rows} else None
    return NotePage(
        case_id=str(row.case_id),
        note_id=str(row.id),
        version=found.found.case.version,
        name=words.full_name(person.family_name, person.given_name),
        about=CHECK_ITEMS.label(item) if item else ABOUT.get(row.item or "", ""),
        text=note_words(row, known),
        written=written_by(row, known, clock),
        withdrawn=row.withdrawn_at is not None,
        choices=_choices(reads),
    )


def _choices(reads: str) -> dict[str, Any]:
    erased = "Written in the wrong place, about somebody else, or wrong. Nobody can bring them back."
    return {
        "idPrefix": "words",
        "name": "words",
        "fieldset": {"legend": {"text": "What is to become of the words?", "size": "m"}},
        "items": [
            {"value": "erase", "text": "Erase them", "hint": {"text": erased}},
            {
                "value": "danger",
                "text": "They are about abuse or danger: give them to the people named for safety",
                "hint": {"text": f"{reads} They also read who has looked at the case since."},
            },
        ],
    }
