"""The open alerts across all cases, and taking one on."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import Response

from api.pages.visiting import Visitor

router = APIRouter(include_in_schema=False)


@router.get("/alerts")
async def show(visit: Visitor) -> Response:
    """The open alerts across all cases, and taking one on."""
    visit.caller.require("alerts.read")
    return visit.page("alerts.html")
