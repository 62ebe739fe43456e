"""Referral requests by the JSON interface: those sent, those to answer, and the answer."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Query
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

from api import referral_requests
from api.answers import command_answer
from api.depends import Caller, IdempotencyKey, Ready
from api.presenters.referral_requests_json import file_json, request_json
from api.principals import Principal
from api.reading import names
from api.reading.referral_requests import MOST, Box, read_request, requests
from api.routes.referrals import case_path
from api.services import Services
from discharge.errors import HomewardError

router = APIRouter(prefix="/api/v1", tags=["referrals"])


class Decision(BaseModel):
    """`take-on` needs `person` (the id of a candidate, or `new`) and `basis` (of the list sharing-bases);
    `decline` needs `reason` (of the list referral-return-reasons), `words` are for the sender; `withdraw` is
    the sender's own.
    """

    decision: Literal["take-on", "decline", "withdraw"]
    person: str = Field(default="", max_length=40)
    basis: str = Field(default="", max_length=40)
    reason: str = Field(default="", max_length=40)
    words: str = Field(default="", max_length=2000)


@router.get("/referral-requests")
async def list_requests(
    services: Ready,
    caller: Caller,
    box: Box = "waiting",
    offset: Annotated[int, Query(ge=0)] = 0,
    size: Annotated[int, Query(ge=1, le=MOST)] = MOST,
) -> dict[str, Any]:
    """Requests that wait for you, those due first; that you answered; or that you sent."""
    caller.require("referral-requests.read")
    now = await services.case_now()
    async with services.begin(caller) as session:
        listed = await requests(session, caller, box, offset, size)
        known = await names.directory(session)
    return {"requests": [request_json(row, now, known) for row in listed.rows], "total": listed.total}


@router.get("/referral-requests/{request_id}")
async def get_request(request_id: UUID, services: Ready, caller: Caller) -> dict[str, Any]:
    """One request as it stands; whom it may mean only for who may take it on."""
    caller.require("referral-requests.read")
    return await _told(services, caller, request_id)


@router.post("/referral-requests/{request_id}/decision")
async def decide(
    request_id: UUID,
    body: Decision,
    services: Ready,
    caller: Caller,
    idempotency_key: IdempotencyKey = None,
) -> JSONResponse:
    """Take a request on, decline it, or take back one's own."""
    if body.decision == "take-on":
        if not body.person:
            raise HomewardError("invalid-body", detail="choose whom the request means", where="person")
        outcome = await referral_requests.take_on(
            services, caller, request_id, body.person, body.basis, idempotency_key
        )
        return command_answer(outcome, 200, case_path(outcome.case_id))
    if body.decision == "decline":
        await referral_requests.decline(services, caller, request_id, body.reason, body.words)
    else:
        await referral_requests.withdraw(services, caller, request_id)
    return JSONResponse(await _told(services, caller, request_id))


async def _told(services: Services, caller: Principal, request_id: UUID) -> dict[str, Any]:
    now = await services.case_now()
    async with services.begin(caller) as session:
        file = await read_request(session, caller, request_id)
        known = await names.directory(session)
    return file_json(file, now, known)
