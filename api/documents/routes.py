"""Documents and forms of the person of a case, for programs: the same walls and the same note of each look as
on the pages.
"""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import Response

from api.documents.files import ANY_FILE, as_a_file
from api.documents.json_views import document_json, opened_json
from api.documents.queries import list_documents, read_document
from api.documents.schemas import DocumentDetail, DocumentList
from api.documents.views import is_current
from api.web.depends import Caller, Ready
from api.web.paging import Paged
from discharge.errors import HomewardError

router = APIRouter(prefix="/api/v1/cases/{case_id}/documents", tags=["documents"])


@router.get("")
async def list_case_documents(case_id: UUID, services: Ready, caller: Caller, page: Paged) -> DocumentList:
    """Everything that hospitals sent about the person, the newest first, without its content."""
    async with services.begin(caller) as session:
        rows = await list_documents(session, caller, case_id, "documents by interface")
    lines = [document_json(row, case_id) for row in page.cut(rows)]
    return DocumentList(case_id=case_id, documents=lines, next=page.next(len(rows)))


@router.get("/{document_id}")
async def get_case_document(
    case_id: UUID, document_id: UUID, services: Ready, caller: Caller
) -> DocumentDetail:
    """One document with its text or answers; one that was cancelled or replaced is not found."""
    async with services.begin(caller) as session:
        _, row = await read_document(session, caller, case_id, document_id, "document by interface")
        if not is_current(row):
            raise HomewardError("not-found")
        return opened_json(row, case_id)


@router.get("/{document_id}/content", response_class=Response, responses={200: ANY_FILE})
async def get_document_content(case_id: UUID, document_id: UUID, services: Ready, caller: Caller) -> Response:
    """The bytes of a document, as a file."""
    async with services.begin(caller) as session:
        _, row = await read_document(session, caller, case_id, document_id, "document download by interface")
        if row.content is None or not is_current(row):
            raise HomewardError("not-found")
        return as_a_file(row, row.content)
