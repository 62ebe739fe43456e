"""Who may know where a hidden person lies, in words."""

from __future__ import annotations

from dataclasses import dataclass

from api.cases.note_words import WITHDRAWN
from api.place_readers.service import Names
from api.web.names import Directory
from api.web.page import words
from api.web.page.tags import Tag
from discharge.store.tables import PlaceReader


@dataclass(frozen=True)
class ReaderLine:
    """One name. `end_href` is where it is taken away; empty once it has ended."""

    who: str
    why: str
    until: str
    named: str
    tag: Tag
    end_href: str
    withdraw_href: str = ""


def reader_lines(around: Names, known: Directory) -> tuple[ReaderLine, ...]:
    """Everybody who was ever named, those named last first."""
    return tuple(_line(row, around, known) for row in around.readers)


def _line(row: PlaceReader, around: Names, known: Directory) -> ReaderLine:
    holds = row.id in around.in_force
    named_by = known.user(row.named_by) or "Somebody"
    return ReaderLine(
        who=f"{known.user(row.user_id) or 'Somebody'}, {known.organisation(row.reader_organisation_id)}",
        why=row.reason or WITHDRAWN,
        until=words.day(row.until_on),
        named=f"{named_by}, {words.moment(row.named_at)}",
        tag=Tag("May see the ward", "green") if holds else Tag(_ended(row, known), "grey"),
        end_href=f"/cases/{row.case_id}/place-readers/{row.id}/end" if holds else "",
        withdraw_href=f"/cases/{row.case_id}/notes/{row.id}/withdraw" if row.reason else "",
    )


def _ended(row: PlaceReader, known: Directory) -> str:
    if row.ended_at is None:
        return "Ended automatically"
    return f"Taken away by {known.user(row.ended_by) or 'somebody'}, {words.moment(row.ended_at)}"
