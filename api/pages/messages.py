"""The inbox: every message that came in, and what became of it."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import Response

from api.pages.visiting import Visitor

router = APIRouter(include_in_schema=False)


@router.get("/messages")
async def show(visit: Visitor) -> Response:
    """The inbox: every message that came in, and what became of it."""
    visit.caller.require("messages.read")
    return visit.page("messages.html")
