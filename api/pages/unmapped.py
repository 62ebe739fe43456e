"""Coded values that feeds sent and no profile maps: what to add, before anybody misreads a message."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import Response

from api.pages.visiting import Visitor
from api.presenters.unmapped import present
from api.reading import lists

router = APIRouter(include_in_schema=False)


@router.get("/feeds/unmapped")
async def show(visit: Visitor) -> Response:
    """The queue of the caller's organisation, the most frequent first."""
    visit.caller.require("messages.read")
    async with visit.services.begin(visit.caller) as session:
        rows = await lists.unmapped(session)
        feeds = await lists.feeds(session)
    return visit.page("unmapped.html", view=present(rows, feeds, visit.services.now()))
