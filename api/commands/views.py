"""What became of a request, in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from api.cases.note_words import NoteLine, note_line
from api.commands.execution import refusal
from api.forms.definitions import FORMS
from api.web.names import Directory
from api.web.page import words
from api.web.page.tags import COMMAND_STATES, Tag, tag_of
from discharge.cases.commands import ANSWER
from discharge.clocks import CaseClock
from discharge.store.tables import CommandRow, NoteRow


@dataclass(frozen=True)
class RequestLine:
    """One request and its state. `case_href` may lead to a case that is yet to open; of one that was refused
    it says what others changed since. `notes` are what was written with it.
    """

    command_id: str
    what: str
    asked: str
    state: Tag
    waits: bool
    refused: bool
    why: str
    code: str
    case_href: str
    again_href: str
    notes: tuple[NoteLine, ...] = ()


@dataclass(frozen=True)
class RequestsPage:
    """Requests that were refused late, and requests that wait."""

    refused: tuple[RequestLine, ...]
    waiting: tuple[RequestLine, ...]


def present(refused: Sequence[CommandRow], waiting: Sequence[CommandRow], clock: CaseClock) -> RequestsPage:
    """Both lists in words."""
    return RequestsPage(
        refused=tuple(line(row, clock) for row in refused),
        waiting=tuple(line(row, clock) for row in waiting),
    )


def line(
    row: CommandRow, clock: CaseClock, notes: Sequence[NoteRow] = (), known: Directory | None = None
) -> RequestLine:
    """One request in words; instants in case time, like everything else about a case."""
    answer = ANSWER.read(row.answer) if row.answer else None
    error = refusal(answer) if answer is not None and answer.outcome != "accepted" else None
    form = FORMS.get(row.kind)
    since = f"?seen={row.seen_version}" if error is not None and row.seen_version else ""
    return RequestLine(
        command_id=str(row.id),
        what=form.title if form else words.from_code(row.kind),
        asked=words.moment(clock.case_time(row.created_at)),
        state=tag_of(COMMAND_STATES, row.state),
        waits=row.state == "taken",
        refused=error is not None,
        why=f"{error.row.title}. {error.row.words}" if error else "",
        code=error.code if error else "",
        case_href=f"/cases/{row.case_id}{since}",
        again_href=f"/cases/{row.case_id}/do/{row.kind}" if form else "",
        notes=tuple(note_line(note, known or Directory()) for note in notes),
    )
