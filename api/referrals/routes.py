"""Referrals by the JSON interface: the same values and the same result as by FHIR or on the page."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from api.cases.json_views import case_line
from api.cases.schemas import ReferralList
from api.commands.answers import command_answer, request_answer
from api.commands.danger_words import who_reads_words
from api.commands.schemas import CommandAnswer
from api.referral_requests.schemas import ReferralBody
from api.referrals.asked import Request, Requested
from api.referrals.service import refer
from api.web import names
from api.web.depends import Caller, IdempotencyKey, Ready
from api.web.paging import Paged
from api.worklist import queries as worklist_queries
from discharge.clocks import london_date
from discharge.errors import HomewardError
from discharge.sight import DANGER

router = APIRouter(prefix="/api/v1", tags=["referrals"])


def case_path(case_id: UUID) -> str:
    """Where a case can be read."""
    return f"/api/v1/cases/{case_id}"


@router.post(
    "/referrals",
    status_code=201,
    response_model=CommandAnswer,
    responses={
        200: {"model": CommandAnswer, "description": "The person has an open case already: it is that one"},
        202: {"model": CommandAnswer, "description": "Taken, or requested; ask its status address"},
    },
)
async def create_referral(
    body: ReferralBody, services: Ready, caller: Caller, idempotency_key: IdempotencyKey = None
) -> JSONResponse:
    """Refer a person. Say only what we do not hold: an NHS number is enough for somebody in a bed of yours.

    Without a stay, or a part in the case, your referral is a request: somebody takes it on or answers it.
    """
    if body.person.location_hidden:
        raise HomewardError("invalid-body", detail="by FHIR only", where="person.location_hidden")
    referred = await refer(
        services, caller, Request(values=body.values_asked, key=idempotency_key, confirm=body.confirm)
    )
    danger = body.values_asked.about_danger or DANGER in body.values_asked.reasons
    if isinstance(referred, Requested):
        reads = await who_reads_words(services, caller, referred.row.id) if danger else None
        return request_answer(referred.row, reads)
    case_id = referred.outcome.case_id
    reads = await who_reads_words(services, caller, case_id) if danger else None
    status = 201 if referred.opened else 200
    return command_answer(referred.outcome, status, case_path(case_id), who_reads=reads)


@router.get("/referrals")
async def list_referrals(services: Ready, caller: Caller, page: Paged) -> ReferralList:
    """Referrals that nobody has accepted or returned yet."""
    caller.require("case.list")
    today = london_date(await services.case_now())
    async with services.begin(caller) as session:
        wanted = worklist_queries.WorklistQuery(view="referred", page=page.number, size=page.size)
        found = await worklist_queries.worklist(session, caller, wanted)
        known = await names.directory(session)
    lines = [case_line(each, today, known) for each in found.rows]
    return ReferralList(referrals=lines, total=found.total, next=page.next(found.total))
