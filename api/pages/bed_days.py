"""The bed-days report, each number with its definition."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import Response

from api.pages.visiting import Visitor

router = APIRouter(include_in_schema=False)


@router.get("/reports/bed-days")
async def show(visit: Visitor) -> Response:
    """The bed-days report, each number with its definition."""
    visit.caller.require("reports.read")
    return visit.page("bed_days.html")
