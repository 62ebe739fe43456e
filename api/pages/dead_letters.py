"""Items that a partner refused, until a person decides."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import Response

from api.pages.visiting import Visitor

router = APIRouter(include_in_schema=False)


@router.get("/dead-letters")
async def show(visit: Visitor) -> Response:
    """Items that a partner refused, until a person decides."""
    visit.caller.require("deadletters.read")
    return visit.page("dead_letters.html")
