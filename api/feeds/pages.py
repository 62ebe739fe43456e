"""Every feed and when it was last heard; for operators also every part of the system."""

from __future__ import annotations

from datetime import timedelta

from fastapi import APIRouter
from starlette.responses import Response

from api.feeds import queries
from api.feeds.views import Counts, Looking, present
from api.web import names
from api.web.page.visit import Visitor
from fhir_adapters.store.profiles import taken_texts

router = APIRouter(include_in_schema=False)


@router.get("/feeds")
async def show(visit: Visitor) -> Response:
    """Every feed, the longest silent first, with its messages that wait for somebody."""
    visit.caller.require("messages.read")
    async with visit.services.begin(visit.caller) as session:
        feeds = await queries.feeds(session, visit.caller)
        counts = Counts(
            waiting=await queries.count_waiting(session),
            arrived=await queries.count_arrived(session, visit.services.now() - timedelta(hours=24)),
            unsent=await queries.count_unsent_answers(session),
        )
        parts = await queries.heartbeats(session) if visit.caller.may("admin.status") else ()
        known = await names.directory(session)
        taken = await taken_texts(session)
    today = (await visit.services.clock()).today(visit.services.now())
    looking = Looking(visit.caller.organisation_id, visit.services.profiles, taken, today)
    return visit.page(
        "feeds/feeds.html", view=present(feeds, counts, parts, known, visit.services.now(), looking)
    )
