"""The messages room: found by many signs, and one message with all that followed from it."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from api.alarms import queries as alarm_queries
from api.feeds import queries as feed_queries
from api.messages.downloads import as_file
from api.messages.one_message import Around, Typed, present_one
from api.messages.opened import open_message
from api.messages.queries import count_states, find, place_of
from api.messages.search import Search, search_of, wanted_by
from api.messages.views import present
from api.web import names
from api.web.page.tags import MESSAGE_STATES
from api.web.page.visit import Visit, Visitor
from api.web.paging import FIRST
from api.web.parameters import check_names, unusable
from discharge.errors import HomewardError
from fhir_adapters.store.message_search import MessageQuery

router = APIRouter(include_in_schema=False)

FAULTS = {
    "since": "Enter a date and time, for instance 2026-03-02 14:00",
    "until": "Enter a date and time, for instance 2026-03-02 14:00",
    "case": "This is not the id of a case",
    "about": "This is not the id of a message",
    "id": "This is not the id of a message",
    "unmapped": "This is not the id of a code",
    "feed": "No feed has this name",
    "only": "Choose one from the list",
}


@router.get("/messages")
async def show(visit: Visitor) -> Response:
    """Messages, newest first, without anybody's name. Every state of it is in its address."""
    check_names(visit.request, {*Search.__dataclass_fields__, "before"})
    asked = dict(visit.request.query_params)
    if asked.get("before") and place_of(asked["before"]) is None:
        raise unusable("before", "is no place in this list; begin again at its first page")
    return await listed(visit, asked)


async def listed(visit: Visit, asked: Mapping[str, str], why: str = "", why_fault: str = "") -> Response:
    """The list; `why` is the reason of a replay that was refused as `why_fault` says."""
    visit.caller.require("messages.read")
    search, fault = search_of(asked), ""
    async with visit.services.begin(visit.caller) as session:
        try:
            wanted = await wanted_by(session, visit.caller, search)
        except HomewardError as error:
            if error.where not in FAULTS:
                raise
            fault, search, wanted = error.where, Search(), MessageQuery()
        found = await find(session, visit.caller, wanted, place_of(asked.get("before", "")))
        counts = await count_states(session, visit.caller, wanted, tuple(MESSAGE_STATES))
        feeds = await feed_queries.feeds(session, visit.caller)
        alarms, more_alarms = FIRST.after(await alarm_queries.open_alarms(session, **FIRST.more))
    view = present(found, counts, search, feeds, alarms, asked.get("before", ""))
    errors = [{"text": FAULTS[fault], "href": f"#{fault}"}] if fault else []
    errors += [{"text": why_fault, "href": "#why"}] if why_fault else []
    return visit.page(
        "messages/messages.html",
        422 if errors else 200,
        view=view,
        more_alarms=bool(more_alarms),
        errors=errors,
        why=why,
        why_fault=why_fault,
        may_replay=visit.caller.may("messages.release") and bool(view.rows) and search.narrowed,
    )


@router.get("/messages/{message_id}")
async def show_one(message_id: UUID, visit: Visitor, done: int = 0) -> Response:
    """One message: its text beside its segments, what it became, and what followed. The look is noted."""
    return await opened(visit, message_id, done=done)


async def opened(visit: Visit, message_id: UUID, *, done: int = 0, typed: Typed | None = None) -> Response:
    """The page of one message; `typed` is what stood in a form of it that was refused."""
    visit.caller.require("messages.read")
    async with visit.services.begin(visit.caller) as session:
        found = await open_message(session, visit.caller, message_id)
        around = Around(
            known=await names.directory(session),
            may_open_case=visit.caller.may("case.read"),
            may_resend=visit.caller.may("deadletters.release"),
        )
    view = present_one(found, around)
    return visit.page(
        "messages/message.html",
        422 if typed else 200,
        view=view,
        typed=typed,
        may_replay=visit.caller.may("messages.release"),
        done=done,
    )


@router.get("/messages/{message_id}/raw")
async def download(message_id: UUID, visit: Visitor) -> Response:
    """All of a message as a file, without what may not be seen. The look is noted."""
    visit.caller.require("messages.read")
    async with visit.services.begin(visit.caller) as session:
        found = await open_message(session, visit.caller, message_id, "message download")
    return as_file(found)
