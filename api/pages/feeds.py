"""Every feed and when it was last heard."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import Response

from api.pages.visiting import Visitor

router = APIRouter(include_in_schema=False)


@router.get("/feeds")
async def show(visit: Visitor) -> Response:
    """Every feed and when it was last heard."""
    visit.caller.require("messages.read")
    return visit.page("feeds.html")
