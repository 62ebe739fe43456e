"""Hazards of a case, and the rating schemes, for programs. They are recorded by commands of the case."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from api.cases import queries as case_queries
from api.hazards.json_views import hazard_list, scheme_json
from api.hazards.schemas import HazardList, HazardScheme
from api.web.depends import Caller, Ready
from discharge.clocks import london_date

router = APIRouter(prefix="/api/v1", tags=["hazards"])


@router.get("/cases/{case_id}/hazards")
async def get_hazards(case_id: UUID, services: Ready, caller: Caller) -> HazardList:
    """The hazards of a case, what follows by tenure and severity, and what is due from whom by when.

    A landlord, and a council's environmental health, see the hazards that they are asked about.
    """
    caller.require("case.read")
    now = await services.case_now()
    async with services.begin(caller) as session:
        found = await case_queries.read_case(session, caller, case_id, "hazards by interface")
    return hazard_list(found, now)


@router.get("/hazard-schemes")
async def get_hazard_scheme(
    services: Ready,
    caller: Caller,  # noqa: ARG001 - whoever is signed in
    on: Annotated[
        date | None, Query(description="The London date of which to tell; by default today")
    ] = None,
) -> HazardScheme:
    """The rating scheme (HHSRS) for an inspection that begins on a day: its hazards, ratings and sources."""
    return scheme_json(on or london_date(await services.case_now()))
