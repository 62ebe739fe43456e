"""What stands between a person and home, for programs."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter

from api.cases import queries as case_queries
from api.gate.json_views import case_check
from api.gate.schemas import CaseCheck
from api.web import names
from api.web.depends import Caller, Ready
from discharge.clocks import london_date

router = APIRouter(prefix="/api/v1", tags=["gate"])


@router.get("/cases/{case_id}/check")
async def get_case_check(case_id: UUID, services: Ready, caller: Caller) -> CaseCheck:
    """The home check of a case as it stands: items asked, answers with evidence, mitigations, and every
    blocker with its owner, day and next action.

    A landlord or supplier is given their own work alone.
    """
    caller.require("case.read")
    today = london_date(await services.case_now())
    async with services.begin(caller) as session:
        found = await case_queries.read_case(session, caller, case_id, "home check by interface")
        known = await names.directory(session)
    return case_check(found, today, known)
