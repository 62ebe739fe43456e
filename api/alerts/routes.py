"""Alerts about cases, for programs."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from api.alerts import queries as alert_queries
from api.alerts.json_views import alert_json
from api.alerts.schemas import AlertList
from api.alerts.views import owners
from api.web.depends import Caller, Ready
from api.web.paging import MOST_PAGES, Paged
from api.web.parameters import one_of

router = APIRouter(prefix="/api/v1", tags=["alerts"])


@router.get("/alerts")
async def list_alerts(
    services: Ready,
    caller: Caller,
    paged: Paged,
    owner_role: str = "",
    page: Annotated[int, Query(ge=1, le=MOST_PAGES, deprecated=True)] = 1,
) -> AlertList:
    """Alerts whose cause still holds: those that nobody has taken on first, the loudest, then the oldest.
    `total` counts all pages. Take one on with the command acknowledge-alert.
    """
    caller.require("alerts.read")
    one_of("owner_role", owner_role, owners())
    asked = paged.or_number(page)
    async with services.begin(caller) as session:
        found = await alert_queries.open_alerts(
            session,
            caller,
            alert_queries.AlertQuery(owner_role=owner_role, page=asked.number, size=asked.size),
        )
    lines = [alert_json(each) for each in found.rows]
    return AlertList(
        alerts=lines,
        total=found.total,
        page=asked.number,
        size=asked.size,
        next=asked.next(found.total),
    )
