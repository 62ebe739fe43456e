"""Alarms about messages, for programs."""

from __future__ import annotations

from fastapi import APIRouter

from api.alarms import json_views as alarm_json_views
from api.alarms import queries as alarm_queries
from api.alarms.schemas import AlarmList
from api.web.depends import Caller, Ready
from api.web.paging import Paged

router = APIRouter(prefix="/api/v1", tags=["alarms"])


@router.get("/alarms")
async def list_alarms(services: Ready, caller: Caller, page: Paged) -> AlarmList:
    """What is not as it should be with messages, what cleared lately, and what is watched with its rules."""
    caller.require("messages.read")
    async with services.begin(caller) as session:
        found, following = page.after(await alarm_queries.open_alarms(session, **page.more))
        watched = await alarm_queries.watched(session, caller.organisation_id, services.now())
        return AlarmList(
            alarms=[alarm_json_views.alarm_json(row) for row in found],
            cleared=[alarm_json_views.alarm_json(row) for row in await alarm_queries.cleared_alarms(session)],
            watched=[alarm_json_views.watched_json(each) for each in watched],
            next=following,
        )
