"""The worklist page."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import Response

from api.feeds import queries as feed_queries
from api.web import names
from api.web.page.visit import Visitor
from api.web.paging import Turned
from api.web.parameters import one_of
from api.worklist import queries
from api.worklist.views import ONLY, feed_lines, present

router = APIRouter(include_in_schema=False)


@router.get("/worklist")
async def show(
    visit: Visitor, turned: Turned, view: str = "open", ward: str = "", text: str = "", only: str = ""
) -> Response:
    """Who is here, why, and since when. Every state of it is in its address."""
    visit.caller.require("case.list")
    wanted = queries.WorklistQuery(
        view=one_of("view", view, queries.VIEWS) or "open",
        ward=ward,
        text=text,
        only=one_of("only", only, dict(ONLY)),
        page=turned.number,
        with_wards=True,
    )
    async with visit.services.begin(visit.caller) as session:
        found = await queries.worklist(session, visit.caller, wanted)
        turned.next(found.total)
        known = await names.directory(session)
        feeds = await feed_queries.feeds_heard(session, visit.caller)
    lines = feed_lines(list(feeds), visit.services.now())
    return visit.page("worklist/worklist.html", view=present(found, wanted, visit.today, known, lines))
