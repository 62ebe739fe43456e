"""Coded values that feeds sent and no profile maps: what to add, before anybody misreads a message."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import Response

from api.unmapped.queries import queue
from api.unmapped.views import present
from api.web.page.visit import Visitor
from api.web.paging import Turned, turns

router = APIRouter(include_in_schema=False)


@router.get("/feeds/unmapped")
async def show(visit: Visitor, page: Turned) -> Response:
    """The queue of the caller's organisation, the most frequent first."""
    visit.caller.require("messages.read")
    today = (await visit.services.clock()).today(visit.services.now())
    async with visit.services.begin(visit.caller) as session:
        found = await queue(session, visit.services.profiles, today, **page.more)
    queued, following = page.after(found)
    beside = turns("/feeds/unmapped", page, following)
    return visit.page("unmapped/unmapped.html", view=present(queued, visit.services.now()), turns=beside)
