"""A trust's own lists beside ours, for programs: give one, see the days, see who differs."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from fastapi import APIRouter, Request

from api.shadow import queries
from api.shadow.json_views import day_json, difference_json
from api.shadow.schemas import ShadowList, ShadowListDetail, ShadowLists
from api.shadow.service import GivenList, compare_list
from api.web.depends import Caller, Ready
from api.web.paging import Paged
from api.web.request_keys import Keyed
from fhir_adapters.store.tables import ShadowListRow

EXAMPLE = "hospital_number,ward,bed,expected_discharge_on\nH204417,ELM,ELM1-1,2026-03-12\n"

router = APIRouter(prefix="/api/v1/shadow-lists", tags=["shadow"])


@router.post(
    "",
    status_code=201,
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {"text/csv": {"schema": {"type": "string"}, "example": EXAMPLE}},
        }
    },
)
async def compare_shadow_list(
    request: Request,
    services: Ready,
    caller: Caller,
    keyed: Keyed,
    feed: str,
    mapping: str = "",
    listed_at: datetime | None = None,
) -> ShadowList:
    """Compare a list (CSV) with what is held. It is taken whole or not at all, and changes no case."""
    caller.require("shadow.import")
    given = GivenList(feed, await request.body(), mapping, listed_at)
    list_id = await compare_list(services, keyed, given)
    async with services.begin(caller) as session:
        return day_json(queries.Day(await session.get_one(ShadowListRow, list_id), feed))


@router.get("")
async def list_shadow_lists(services: Ready, caller: Caller, page: Paged, feed: str = "") -> ShadowLists:
    """How far the lists of each day agreed, the newest first."""
    caller.require("shadow.read")
    async with services.begin(caller) as session:
        found, following = page.after(await queries.days(session, feed, **page.more))
    return ShadowLists(shadow_lists=[day_json(each) for each in found], next=following)


@router.get("/{list_id}")
async def get_shadow_list(
    list_id: UUID,
    services: Ready,
    caller: Caller,
    page: Paged,
    kind: str = "",
    column: str = "",
    cause: str = "",
) -> ShadowListDetail:
    """One day's differences, a page at a time."""
    caller.require("shadow.read")
    async with services.begin(caller) as session:
        wanted = queries.ListQuery(kind, column, cause)
        found = await queries.open_day(session, caller, list_id, wanted, page)
    return ShadowListDetail(
        **dict(day_json(found.day)),
        causes=found.causes,
        total=found.total,
        differing=[difference_json(each) for each in found.differences],
        next=page.next(found.fitting),
    )
