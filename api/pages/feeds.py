"""Every feed and when it was last heard; for operators also every part of the system."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import Response

from api.pages.visiting import Visitor
from api.presenters.feeds import Looking, present
from api.reading import lists, names

router = APIRouter(include_in_schema=False)


@router.get("/feeds")
async def show(visit: Visitor) -> Response:
    """Every feed, the longest silent first, with its messages that wait for somebody."""
    visit.caller.require("messages.read")
    async with visit.services.begin(visit.caller) as session:
        feeds = await lists.feeds(session)
        counts = await lists.count_messages(session)
        unsent = await lists.count_unsent_answers(session)
        parts = await lists.heartbeats(session) if visit.caller.may("admin.status") else ()
        known = await names.directory(session)
    today = (await visit.services.clock()).today(visit.services.now())
    looking = Looking(visit.caller.organisation_id, visit.services.profiles, today)
    return visit.page(
        "feeds.html", view=present(feeds, counts, unsent, parts, known, visit.services.now(), looking)
    )
