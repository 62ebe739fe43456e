"""Who may see where a hidden person is, as JSON."""

from __future__ import annotations

from api.place_readers import schemas
from api.place_readers.service import Names
from api.web.names import Directory
from api.web.paging import Page
from discharge.store.tables import PlaceReader


def names_json(around: Names, known: Directory, page: Page) -> schemas.PlaceReaderList:
    """A page of who may see it, with whom the caller may name."""
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
