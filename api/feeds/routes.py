"""Feeds, for programs."""

from __future__ import annotations

from fastapi import APIRouter

from api.feeds import queries as feed_queries
from api.feeds.json_views import feed_json
from api.feeds.profiles import read_by
from api.feeds.schemas import FeedList
from api.web.depends import Caller, Ready
from api.web.paging import Paged

router = APIRouter(prefix="/api/v1", tags=["feeds"])


@router.get("/feeds")
async def list_feeds(services: Ready, caller: Caller, page: Paged) -> FeedList:
    """When each feed was last heard, and by which profile and version its messages of today are read (null
    where by none). Those of the caller's own organisation.
    """
    caller.require("messages.read")
    async with services.begin(caller) as session:
        found = await feed_queries.feeds(session, caller)
    today = (await services.clock()).today(services.now())
    lines = [feed_json(row, read_by(row, services.profiles, today)) for row in page.cut(found)]
    return FeedList(feeds=lines, next=page.next(len(found)))
