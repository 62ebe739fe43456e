"""Who may know where a hidden person lies, in words and for an interface."""

from __future__ import annotations

from dataclasses import dataclass

from api.place_readers import schemas
from api.place_readers.service import Names
from api.web.names import Directory
from api.web.page import words
from api.web.page.tags import Tag
from api.web.paging import Page
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


def reader_lines(around: Names, known: Directory) -> tuple[ReaderLine, ...]:
    """Everybody who was ever named, those named last first."""
    return tuple(_line(row, around, known) for row in around.readers)


def _line(row: PlaceReader, around: Names, known: Directory) -> ReaderLine:
    holds = row.id in around.in_force
    named_by = known.user(row.named_by) or "Somebody"
    return ReaderLine(
        who=f"{known.user(row.user_id) or 'Somebody'}, {known.organisation(row.reader_organisation_id)}",
        why=row.reason,
        until=words.day(row.until_on),
        named=f"{named_by}, {words.moment(row.named_at)}",
        tag=Tag("May see the ward", "green") if holds else Tag(_ended(row, known), "grey"),
        end_href=f"/cases/{row.case_id}/place-readers/{row.id}/end" if holds else "",
    )


def _ended(row: PlaceReader, known: Directory) -> str:
    if row.ended_at is None:
        return "Ended automatically"
    return f"Taken away by {known.user(row.ended_by) or 'somebody'}, {words.moment(row.ended_at)}"


def names_json(around: Names, known: Directory, page: Page) -> schemas.PlaceReaderList:
    """A page of the same for an interface, with whom the caller may name."""
    return schemas.PlaceReaderList(
        case_id=around.found.case.case_id,
        hidden=around.hidden,
        readers=[_reader_json(row, around, known) for row in page.cut(around.readers)],
        next=page.next(len(around.readers)),
        may_be_named=[
            schemas.PlaceReaderChoice(
                user_id=user.id,
                name=user.display_name,
                organisation=known.organisation(user.organisation_id),
            )
            for user in around.choices
        ],
    )


def _reader_json(row: PlaceReader, around: Names, known: Directory) -> schemas.PlaceReader:
    return schemas.PlaceReader(
        reader_id=row.id,
        user_id=row.user_id,
        name=known.user(row.user_id),
        organisation=known.organisation(row.reader_organisation_id),
        until_on=row.until_on,
        reason=row.reason,
        named_by=known.user(row.named_by),
        named_at=row.named_at,
        ended_at=row.ended_at,
        in_force=row.id in around.in_force,
    )
