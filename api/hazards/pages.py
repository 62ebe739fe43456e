"""The hazards of a case: what was found, what follows, and what is due."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from api.cases import queries as case_queries
from api.evidence.queries import files_of_hazards
from api.hazards.views import present
from api.web import names
from api.web.page.visit import Visitor

router = APIRouter(prefix="/cases", include_in_schema=False)


@router.get("/{case_id}/hazards")
async def show(visit: Visitor, case_id: UUID) -> Response:
    """All hazards of a case that the reader sees, with what is due from whom by when."""
    visit.caller.require("case.read")
    async with visit.services.begin(visit.caller) as session:
        found = await case_queries.read_case(session, visit.caller, case_id, "hazards")
        files = await files_of_hazards(session, visit.caller, found)
        known = await names.directory(session)
    return visit.page("hazards/hazards.html", view=present(files, visit.caller, visit.now, known))
