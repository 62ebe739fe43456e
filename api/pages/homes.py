"""Homes that can be let."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import Response

from api.pages.visiting import Visitor
from api.presenters.homes import present
from api.reading import homes

router = APIRouter(include_in_schema=False)


@router.get("/homes")
async def show(visit: Visitor) -> Response:
    """Every home that a landlord may let, the earliest first."""
    visit.caller.require("properties.read")
    async with visit.services.begin(visit.caller) as session:
        found = await homes.homes(session)
    return visit.page("homes.html", view=present(found))
