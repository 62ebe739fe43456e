"""The inbox: every message that came in, what became of it, and why."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.responses import Response

from api.pages.visiting import Visitor
from api.presenters.messages import Wanted, present, present_one
from api.presenters.tags import MESSAGE_STATES
from api.reading import lists
from api.reading.inbox import open_message

router = APIRouter(include_in_schema=False)


@router.get("/messages")
async def show(
    visit: Visitor,
    state: str = "",
    feed: str = "",
    text: str = "",
    only: str = "",
    page: Annotated[int, Query(ge=1, le=10_000)] = 1,
) -> Response:
    """Messages, newest first, without anybody's name. Every state of it is in its address."""
    visit.caller.require("messages.read")
    async with visit.services.begin(visit.caller) as session:
        feeds = list(await lists.feeds(session))
        chosen = next((each for each in feeds if each.code == feed), None)
        wanted = Wanted(
            state=state if state in MESSAGE_STATES else "",
            feed=chosen.code if chosen else "",
            text=text.strip(),
            only="repeated-id" if only else "",
            page=page,
        )
        query = lists.MessageFilter(
            wanted.state, wanted.text, chosen.id if chosen else None, repeated_id=bool(wanted.only)
        )
        found = await lists.messages(session, query, page)
    return visit.page("messages.html", view=present(found, wanted, feeds))


@router.get("/messages/{message_id}")
async def show_one(message_id: UUID, visit: Visitor) -> Response:
    """One message: its text beside its segments, and what it became. The look is noted."""
    visit.caller.require("messages.read")
    async with visit.services.begin(visit.caller) as session:
        found = await open_message(session, visit.caller, message_id)
    view = present_one(found, may_open_case=visit.caller.may("case.read"))
    return visit.page("message.html", view=view)
