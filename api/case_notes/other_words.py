"""Words on a case that are no note until they are withdrawn: of a contact, and of why somebody may know where
a hidden person lies. They are shown as the note that they would become.
"""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from api.cases.queries import CaseFile
from api.cases.summary import sees_contacts
from api.place_readers.service import NAME
from api.web.principals import Principal
from discharge.store.commands import COMMAND_REASON
from discharge.store.tables import ContactEntry, NoteRow, PlaceReader
from housing_checks.store.withdrawn_notes import PLACE_READER, WHO_TO_CALL

ABOUT = {
    WHO_TO_CALL: "Who to call. The number stays, and the name of somebody whom it is not safe to ring",
    PLACE_READER: "Why somebody may see the ward",
    COMMAND_REASON: "The reason that was given",
}
"""Where the words stand, as the page says it."""

_TEXTS = ("name", "about", "phone", "email", "hours", "said_by", "reason")


async def other_words(
    session: AsyncSession, caller: Principal, found: CaseFile, words_id: UUID
) -> NoteRow | None:
    """The words with this id, where the caller reads them: that of a contact, or of a name to know the ward.
    The note that they became, once they were withdrawn.
    """
    row = await _of_contact(session, caller, found, words_id) or await _of_reader(
        session, caller, found, words_id
    )
    if row is None:
        return None
    kept = select(NoteRow).where(NoteRow.id == row.id, NoteRow.case_id == found.case.case_id)
    return await session.scalar(kept.execution_options(populate_existing=True)) or row


async def _of_contact(
    session: AsyncSession, caller: Principal, found: CaseFile, contact_id: UUID
) -> NoteRow | None:
    if not sees_contacts(found, caller) or found.person.location_hidden:
        return None
    versions = select(ContactEntry).where(
        ContactEntry.contact_id == contact_id, ContactEntry.case_id == found.case.case_id
    )
    rows = (await session.scalars(versions.order_by(ContactEntry.number))).all()
    if not rows:
        return None
    texts = ("; ".join(filter(None, (getattr(row, name) for name in _TEXTS))) for row in rows)
    return NoteRow(
        id=rows[-1].id,
        case_id=found.case.case_id,
        item=WHO_TO_CALL,
        organisation_id=rows[-1].organisation_id,
        author_id=rows[-1].recorded_by,
        text="\n".join(texts),
        created_at=rows[0].recorded_at,
    )


async def _of_reader(
    session: AsyncSession, caller: Principal, found: CaseFile, reader_id: UUID
) -> NoteRow | None:
    if not caller.may_on(found.case, NAME):
        return None
    named = select(PlaceReader).where(
        PlaceReader.id == reader_id,
        PlaceReader.case_id == found.case.case_id,
        PlaceReader.organisation_id == caller.organisation_id,
    )
    row = await session.scalar(named.execution_options(populate_existing=True))
    if row is None:
        return None
    return NoteRow(
        id=row.id,
        case_id=row.case_id,
        item=PLACE_READER,
        organisation_id=row.organisation_id,
        author_id=row.named_by,
        text=row.reason,
        created_at=row.named_at,
    )
