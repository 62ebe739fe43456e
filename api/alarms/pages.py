"""Alarms about messages: what rings and why, what rang lately, and every threshold with its figure now."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import Response

from api.alarms import queries
from api.alarms.views import present
from api.web.page.visit import Visitor
from api.web.paging import Turned, turns

router = APIRouter(include_in_schema=False)


@router.get("/messages/alarms")
async def show(visit: Visitor, page: Turned) -> Response:
    """Open alarms, those that cleared lately, and the rules with what is measured now."""
    visit.caller.require("messages.read")
    now = visit.services.now()
    async with visit.services.begin(visit.caller) as session:
        raised, following = page.after(await queries.open_alarms(session, **page.more))
        cleared = await queries.cleared_alarms(session)
        watched = await queries.watched(session, visit.caller.organisation_id, now)
    beside = turns("/messages/alarms", page, following)
    return visit.page("alarms/alarms.html", view=present(raised, cleared, watched, now), turns=beside)
