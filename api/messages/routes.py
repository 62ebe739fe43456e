"""Messages for programs: found by many signs, read again, edited by two people, with alarms and items sent
again.
"""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.responses import Response

from api.documents.files import ANY_FILE
from api.feeds import queries as feed_queries
from api.messages import json_views as shaped
from api.messages.downloads import as_file
from api.messages.opened import open_message
from api.messages.queries import count_states, find, place_of
from api.messages.schemas import MessageCauseList, MessageDetail, MessageList, MessageQuery
from api.messages.search import wanted_by
from api.replays import queries as reading
from api.web.depends import Caller, Ready
from api.web.page.tags import MESSAGE_STATES
from api.web.paging import Paged

router = APIRouter(prefix="/api/v1", tags=["messages"])


@router.get("/messages")
async def list_messages(
    services: Ready, caller: Caller, asked: Annotated[MessageQuery, Query()]
) -> MessageList:
    """Messages that came in, newest first, without anybody's name. Counts stop at 1,001."""
    caller.require("messages.read")
    async with services.begin(caller) as session:
        wanted = await wanted_by(session, caller, asked.search)
        found = await find(session, caller, wanted, place_of(asked.after or asked.before), asked.size)
        counts = await count_states(session, caller, wanted, tuple(MESSAGE_STATES))
        feeds = {feed.id: feed.code for feed in await feed_queries.feeds(session, caller)}
    return MessageList(
        messages=[shaped.message_json(row, feeds) for row in found.rows],
        counts={state: count for state, count in counts.items() if count},
        next=found.next or None,
    )


@router.get("/messages/causes")
async def list_message_causes(services: Ready, caller: Caller, page: Paged) -> MessageCauseList:
    """Messages that wait for a person, by cause: how many, since when, an example, and what can be done."""
    caller.require("messages.read")
    async with services.begin(caller) as session:
        found = await reading.waiting_causes(session, caller)
        feeds = {feed.id: feed.code for feed in await feed_queries.feeds(session, caller)}
    lines = [shaped.cause_json(each, feeds) for each in page.cut(found)]
    return MessageCauseList(causes=lines, next=page.next(len(found)))


@router.get("/messages/{message_id}")
async def get_message(message_id: UUID, services: Ready, caller: Caller) -> MessageDetail:
    """One message: what it said, segment by segment, what it became, and what followed. The look is noted."""
    caller.require("messages.read")
    async with services.begin(caller) as session:
        found = await open_message(session, caller, message_id)
    return shaped.opened_json(found)


@router.get("/messages/{message_id}/raw", response_class=Response, responses={200: ANY_FILE})
async def get_raw_message(message_id: UUID, services: Ready, caller: Caller) -> Response:
    """All of a message as a file, without what may not be seen. The look is noted."""
    caller.require("messages.read")
    async with services.begin(caller) as session:
        return as_file(await open_message(session, caller, message_id, "message download"))
