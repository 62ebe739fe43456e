"""What people asked for and were told later."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import Response

from api.pages.visiting import Visitor

router = APIRouter(include_in_schema=False)


@router.get("/requests")
async def show(visit: Visitor) -> Response:
    """What people asked for and were told later."""
    visit.caller.require("command.read")
    return visit.page("requests.html")
