"""A document or form of the person of a case: read on a page, or taken away. Each look is noted."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from api.documents import views
from api.documents.files import as_a_file
from api.documents.queries import read_document
from api.web import names
from api.web.page import words
from api.web.page.visit import Visitor
from discharge.errors import HomewardError

router = APIRouter(prefix="/cases/{case_id}/documents", include_in_schema=False)


@router.get("/{document_id}")
async def show(visit: Visitor, case_id: UUID, document_id: UUID) -> Response:
    """One document with its text or answers; one that was cancelled or replaced is not found."""
    async with visit.services.begin(visit.caller) as session:
        found, row = await read_document(session, visit.caller, case_id, document_id, "document page")
        if not views.is_current(row):
            raise HomewardError("not-found")
        known = await names.directory(session)
    name = words.full_name(found.person.family_name, found.person.given_name)
    return visit.page("documents/document.html", view=views.present(row, case_id, name, known))


@router.get("/{document_id}/content")
async def content(visit: Visitor, case_id: UUID, document_id: UUID) -> Response:
    """The bytes of a document, always as a file to keep."""
    async with visit.services.begin(visit.caller) as session:
        _, row = await read_document(session, visit.caller, case_id, document_id, "document download")
        if row.content is None or not views.is_current(row):
            raise HomewardError("not-found")
        return as_a_file(row, row.content)
