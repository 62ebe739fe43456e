"""Referral requests by the JSON interface: those sent, those to answer, and the answer."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from fastapi.responses import JSONResponse

from api.commands.answers import command_answer
from api.commands.schemas import CommandAnswer
from api.referral_requests import service
from api.referral_requests.json_views import file_json, request_json
from api.referral_requests.queries import Box, read_request, requests
from api.referral_requests.schemas import ReferralRequestDetail, ReferralRequestList, RequestDecision
from api.referrals.routes import case_path
from api.web import names
from api.web.depends import Caller, Ready
from api.web.paging import Paged
from api.web.principals import Principal
from api.web.request_keys import Keyed
from api.web.services import Services

router = APIRouter(prefix="/api/v1", tags=["referral requests"])


@router.get("/referral-requests")
async def list_referral_requests(
    services: Ready,
    caller: Caller,
    page: Paged,
    box: Box = "waiting",
    offset: Annotated[int, Query(ge=0, le=1_000_000, deprecated=True)] = 0,
) -> ReferralRequestList:
    """Requests that wait for you, those due first; that you answered; or that you sent."""
    caller.require("referral-requests.read")
    now = await services.case_now()
    async with services.begin(caller) as session:
        listed = await requests(session, caller, box, offset or page.offset, page.size)
        known = await names.directory(session)
    rows = [request_json(row, now, known) for row in listed.rows]
    return ReferralRequestList(requests=rows, total=listed.total, next=page.next(listed.total))


@router.get("/referral-requests/{request_id}", response_model_exclude_unset=True)
async def get_referral_request(request_id: UUID, services: Ready, caller: Caller) -> ReferralRequestDetail:
    """One request as it stands; whom it may mean only for who may take it on."""
    caller.require("referral-requests.read")
    return await _told(services, caller, request_id)


@router.post(
    "/referral-requests/{request_id}/decision",
    response_model=CommandAnswer | ReferralRequestDetail,
    responses={202: {"model": CommandAnswer, "description": "Taken; ask its status address"}},
)
async def decide_referral_request(
    request_id: UUID,
    body: RequestDecision,
    services: Ready,
    caller: Caller,
    keyed: Keyed,
) -> JSONResponse:
    """Take a request on, decline it, or take back one's own."""
    if body.decision == "take-on":
        outcome = await service.take_on(services, caller, request_id, body.person, body.basis, keyed.key)
        return command_answer(outcome, 200, case_path(outcome.case_id))
    if body.decision == "decline":
        await service.decline(services, keyed, request_id, body.reason, body.words)
    else:
        await service.withdraw(services, keyed, request_id)
    return JSONResponse(
        (await _told(services, caller, request_id)).model_dump(mode="json", exclude_unset=True)
    )


async def _told(services: Services, caller: Principal, request_id: UUID) -> ReferralRequestDetail:
    now = await services.case_now()
    async with services.begin(caller) as session:
        file = await read_request(session, caller, request_id)
        known = await names.directory(session)
    return file_json(file, now, known)
