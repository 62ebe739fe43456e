"""A trust's own list beside ours: give one, see how far the days agree, and who differs why."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from uuid import UUID

from fastapi import APIRouter
from starlette.datastructures import UploadFile
from starlette.responses import Response

from api.shadow import queries
from api.shadow.service import GivenList, compare_list, known_mappings
from api.shadow.views import day_page, overview, upload_form
from api.web.page.visit import Visit, Visitor
from api.web.paging import Turned, turns
from api.web.refusals import ListRefused
from discharge.errors import HomewardError
from fhir_adapters.listed import LineFault

router = APIRouter(include_in_schema=False)

WORDS = {
    "feed": "choose one of your feeds",
    "mapping": "choose one of the mappings",
    "listed_at": "write it as 2026-07-09 08:00, not later than now",
    "list": "choose a CSV file that is not empty",
}
"""What to do about each field of the form."""


@router.get("/shadow")
async def show(visit: Visitor) -> Response:
    """The days, and the form."""
    return await _page(visit)


@router.post("/shadow")
async def give(visit: Visitor) -> Response:
    """Compare a list that was chosen in the form."""
    form = await visit.form()
    typed = {name: str(form.get(name, "")).strip() for name in ("feed", "mapping", "listed_at")}
    file = form.get("list")
    raw = await file.read() if isinstance(file, UploadFile) else b""
    try:
        given = GivenList(typed["feed"], raw, typed["mapping"], _moment(typed["listed_at"]))
        kept = await compare_list(visit.services, await visit.keyed(form), given)
    except ListRefused as refused:
        return await _page(visit, typed, refused.faults, 422)
    except HomewardError as refused:
        if refused.where not in WORDS:
            raise
        fault = LineFault(1, refused.where, WORDS[refused.where])
        return await _page(visit, typed, [fault], 422)
    return visit.to(f"/shadow/{kept}")


@router.get("/shadow/{list_id}")
async def show_day(
    list_id: UUID, visit: Visitor, page: Turned, kind: str = "", column: str = "", cause: str = ""
) -> Response:
    """One day: who differs, in what, with our evidence and a guess at why."""
    visit.caller.require("shadow.read")
    wanted = queries.ListQuery(kind, column, cause)
    async with visit.services.begin(visit.caller) as session:
        found = await queries.open_day(session, visit.caller, list_id, wanted, page)
    mapping = known_mappings(visit.services).get(found.day.row.mapping)
    view = day_page(
        found,
        wanted,
        page,
        mapping,
        messages=visit.caller.may("messages.read"),
        cases=visit.caller.may("case.read"),
    )
    beside = turns(f"/shadow/{list_id}", page, page.next(found.fitting), **vars(wanted))
    return visit.page("shadow/shadow_day.html", view=view, turns=beside)


async def _page(
    visit: Visit,
    typed: Mapping[str, str] | None = None,
    faults: Iterable[LineFault] = (),
    status: int = 200,
) -> Response:
    visit.caller.require("shadow.read")
    async with visit.services.begin(visit.caller) as session:
        days = await queries.days(session)
        feeds = await queries.own_feeds(session, visit.caller)
    form = None
    if visit.caller.may("shadow.import") and feeds:
        form = upload_form(feeds, known_mappings(visit.services), typed or {}, faults)
    return visit.page("shadow/shadow.html", status, view=overview(days, form))


def _moment(text: str) -> datetime | None:
    """A London time; none where nothing was typed. Raises invalid-body."""
    if not text:
        return None
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise HomewardError("invalid-body", where="listed_at") from None
