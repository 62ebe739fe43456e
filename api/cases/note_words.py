"""A note on a case as people read it; of one that was withdrawn, who did that and when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from api.web.names import Directory
from api.web.page import words
from discharge.clocks import CaseClock
from discharge.store.commands import COMMAND_REASON, DECIDED_BY, TOLD_BY
from discharge.store.tables import NoteRow

WITHDRAW = "notes.withdraw"
WITHDRAWN = "The words were withdrawn"
PREFIXES = {DECIDED_BY: "Decided by: ", TOLD_BY: "Told by: ", COMMAND_REASON: "Reason: "}


@dataclass(frozen=True)
class NoteLine:
    """A note, and where its words may be withdrawn: nowhere once they were."""

    text: str
    withdraw_href: str = ""


def note_words(note: NoteRow, known: Directory) -> str:
    """A note as people read it."""
    if note.withdrawn_at is not None:
        return f"{withdrawn_words(note.withdrawn_at, note.withdrawn_by, known)}."
    return f"{PREFIXES.get(note.item or '', '')}{note.text}"


def withdrawn_words(at: datetime | None, by: UUID | None, known: Directory) -> str:
    """Who withdrew words, and when; empty where nobody did."""
    if at is None:
        return ""
    return f"{WITHDRAWN} by {known.user(by) or 'somebody'} on {words.moment(at)}"


def note_line(note: NoteRow, known: Directory) -> NoteLine:
    """A note as it stands in a list."""
    return NoteLine(note_words(note, known), withdraw_href(note))


def withdraw_href(note: NoteRow) -> str:
    """Where the words of a note are withdrawn; empty once they were."""
    return "" if note.withdrawn_at is not None else f"/cases/{note.case_id}/notes/{note.id}/withdraw"


def written_by(row: NoteRow, known: Directory, clock: CaseClock) -> str:
    """Who wrote a note when, in case time."""
    who = known.user(row.author_id) or known.organisation(row.organisation_id)
    return f"Written by {who} on {words.moment(clock.case_time(row.created_at))}"
