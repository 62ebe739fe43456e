"""Photos and documents on items of the check and on hazards, for programs."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request
from fastapi.responses import JSONResponse, Response
from starlette.datastructures import FormData, UploadFile

from api.documents.files import ANY_FILE
from api.evidence.files import as_a_file
from api.evidence.json_views import added_json, file_json
from api.evidence.queries import files_of, open_file
from api.evidence.schemas import AddedEvidence, EvidenceList
from api.evidence.service import ADD, SentFile, add_file
from api.web.depends import Caller, IdempotencyKey, Ready
from api.web.paging import Paged
from api.web.problems import RETRY_SECONDS
from discharge.errors import HomewardError

router = APIRouter(prefix="/api/v1/cases/{case_id}/evidence", tags=["evidence"])

ONE_FILE: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {
                        "file": {
                            "type": "string",
                            "format": "binary",
                            "description": "A photo (JPEG, PNG, WebP, HEIC) or a PDF; its name is not kept",
                        }
                    },
                },
                "example": {"file": "\u2026"},
            }
        },
    }
}

Item = Annotated[
    str, Query(max_length=100, description="The item of the check, or the hazard (`hazard/1`), that it is on")
]


@router.get("")
async def list_evidence(
    case_id: UUID,
    services: Ready,
    caller: Caller,
    page: Paged,
    item: Annotated[
        str, Query(max_length=100, description="Only those on this item of the check, or on this hazard")
    ] = "",
) -> EvidenceList:
    """The photos and documents on items of a case's check and on its hazards, the newest first, without what
    they show. A landlord sees those of the hazards that it is told of.
    """
    async with services.begin(caller) as session:
        listed = await files_of(session, caller, case_id, "photos by interface", item=item, **page.more)
    rows, following = page.after(listed.rows)
    case = listed.found.case
    files = [file_json(row, case, withheld=listed.withheld) for row in rows]
    return EvidenceList(case_id=case_id, files=files, next=following)


@router.post(
    "",
    status_code=201,
    response_model=AddedEvidence,
    openapi_extra=ONE_FILE,
    responses={
        200: {"model": AddedEvidence, "description": "The same file was on the item already"},
        202: {"model": AddedEvidence, "description": "Taken; ask its status address"},
    },
)
async def add_evidence(
    case_id: UUID,
    item: Item,
    request: Request,
    services: Ready,
    caller: Caller,
    idempotency_key: IdempotencyKey = None,
) -> JSONResponse:
    """Add one photo or document to an item of the check, or to an open hazard of the case.

    What it is is found from its content. It is written anew: place, time, camera and whatever else a phone or
    an editor writes into a file is not kept, nor is its name. The same file on the same item is kept once.
    """
    caller.require(ADD)
    async with request.form() as form:
        content = await _only_file(form, services.settings.files.each)
    added = await add_file(services, caller, SentFile(case_id, item, content, idempotency_key))
    body = added_json(added, case_id)
    status = 202 if body.outcome == "taken" else 200 if added.repeated else 201
    where = f"/api/v1/cases/{case_id}/evidence?item={item}"
    headers = {"Location": where} if status == 201 else {}
    if status == 202:
        headers = {"Content-Location": body.status_url or "", "Retry-After": str(RETRY_SECONDS)}
    return JSONResponse(body.model_dump(mode="json"), status, headers)


async def _only_file(form: FormData, most: int) -> bytes:
    """The bytes of the one part that is asked for; of one that is too large, enough to tell. Raises
    invalid-body.
    """
    parts = form.multi_items()
    if len(parts) != 1 or parts[0][0] != "file" or not isinstance(parts[0][1], UploadFile):
        raise HomewardError("invalid-body", detail="one file is asked for", where="file")
    return await parts[0][1].read(most + 1)


@router.get("/{file_id}/content", response_class=Response, responses={200: ANY_FILE})
async def get_evidence_content(case_id: UUID, file_id: UUID, services: Ready, caller: Caller) -> Response:
    """What a photo or document shows, as a file."""
    async with services.begin(caller) as session:
        opened = await open_file(session, caller, case_id, file_id, "photo by interface")
    return as_a_file(opened.content, opened.row.media_type, file_id)


@router.get("/{file_id}/thumbnail", response_class=Response, responses={200: ANY_FILE})
async def get_evidence_thumbnail(case_id: UUID, file_id: UUID, services: Ready, caller: Caller) -> Response:
    """A small picture of a photo, at most 320 pixels high or wide."""
    async with services.begin(caller) as session:
        opened = await open_file(session, caller, case_id, file_id, "small photo by interface", small=True)
    return as_a_file(opened.content, "image/jpeg", file_id)
