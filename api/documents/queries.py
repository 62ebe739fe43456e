"""Documents and forms of the person of a case: what a feed sent, as far as the caller may see it."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import undefer

from api.cases.queries import CaseFile, read_case
from api.looks.notes import looked
from api.web.principals import Principal
from discharge.errors import HomewardError
from discharge.store.tables import DocumentRow
from discharge.store.tables.persons import RESTRICTED

READ, READ_RESTRICTED = "document.read", "document.read-restricted"


async def documents_of(session: AsyncSession, caller: Principal, person_id: UUID) -> Sequence[DocumentRow]:
    """Every document of a person, the newest first, without its content; none for whom they are no matter."""
    if not caller.may(READ):
        return ()
    query = select(DocumentRow).where(DocumentRow.person_id == person_id)
    if not caller.may(READ_RESTRICTED):
        query = query.where(DocumentRow.sensitivity != RESTRICTED)
    newest = (DocumentRow.written_at.desc().nulls_last(), DocumentRow.recorded_at.desc())
    return (await session.scalars(query.order_by(*newest))).all()


async def read_document(
    session: AsyncSession, caller: Principal, case_id: UUID, document_id: UUID, what: str
) -> tuple[CaseFile, DocumentRow]:
    """A case and one document of its person with its content; the look is noted.

    Raises not-found for what the caller may not see.
    """
    caller.require(READ)
    found = await read_case(session, caller, case_id, what, READ)
    every = await documents_of(session, caller, found.person.id)
    if document_id not in {each.id for each in every}:
        raise HomewardError("not-found")
    whole = select(DocumentRow).where(DocumentRow.id == document_id).options(undefer(DocumentRow.content))
    read = await session.scalars(whole, execution_options={"populate_existing": True})
    return found, read.one()


async def list_documents(
    session: AsyncSession, caller: Principal, case_id: UUID, what: str
) -> Sequence[DocumentRow]:
    """The documents of the person of a case; the look is noted. Raises not-found."""
    caller.require(READ)
    found = await read_case(session, caller, case_id, what, READ)
    return await documents_of(session, caller, found.person.id)


async def documents_about(
    session: AsyncSession, caller: Principal, people: Sequence[UUID], what: str
) -> list[DocumentRow]:
    """The documents of people, as far as the caller may see them; the look is noted."""
    caller.require(READ)
    found = [row for person_id in people for row in await documents_of(session, caller, person_id)]
    await looked(session, caller, what, (), {row.person_id for row in found})
    return found


async def one_document(session: AsyncSession, caller: Principal, document_id: UUID, what: str) -> DocumentRow:
    """One document with its content, known by its id alone; the look is noted. Raises not-found."""
    caller.require(READ)
    whole = select(DocumentRow).where(DocumentRow.id == document_id).options(undefer(DocumentRow.content))
    row = await session.scalar(whole)
    if row is None or (row.sensitivity == RESTRICTED and not caller.may(READ_RESTRICTED)):
        raise HomewardError("not-found")
    await looked(session, caller, what, (), [row.person_id])
    return row
