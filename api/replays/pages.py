"""What waits for a person, by cause; having messages read again; items sent again."""

from __future__ import annotations

from types import NoneType
from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from api.feeds import queries as feed_queries
from api.messages.one_message import Typed
from api.messages.pages import listed, opened
from api.messages.search import search_of
from api.replays import parked, service, views
from api.replays import queries as reading
from api.web import names
from api.web.page.visit import Visit, Visitor
from api.web.paging import Turned, turns
from discharge.errors import HomewardError

router = APIRouter(prefix="/messages", include_in_schema=False)


@router.get("/parked")
async def show_parked(visit: Visitor) -> Response:
    """Messages that wait for a person, by cause."""
    return await _parked(visit)


async def _parked(visit: Visit, given: parked.Given | None = None) -> Response:
    visit.caller.require("messages.read")
    async with visit.services.begin(visit.caller) as session:
        found = await reading.waiting_causes(session, visit.caller)
        feeds = await feed_queries.feeds(session, visit.caller)
    view = parked.present(found, feeds, visit.services.now(), given)
    may = visit.caller.may("messages.release")
    status = 422 if given else 200
    return visit.page("replays/parked.html", status, view=view, may_replay=may)


@router.get("/replays")
async def show_replays(visit: Visitor, page: Turned) -> Response:
    """Every replay, newest first."""
    visit.caller.require("messages.read")
    async with visit.services.begin(visit.caller) as session:
        rows, following = page.after(await reading.replays(session, **page.more))
        known = await names.directory(session)
    beside = turns("/messages/replays", page, following)
    return visit.page("replays/replays.html", lines=views.lines(rows, known), turns=beside)


@router.post("/replays")
async def replay(visit: Visitor) -> Response:
    """Have all messages of a cause, or of a list, or one, read again; with the reason why."""
    sent = await visit.form()
    form = {name: str(value) for name, value in sent.items()}
    visit.caller.require("messages.release")
    why = form.get("why", "").strip()
    search = search_of(form)
    if fault := service.reason_fault(why):
        return await _asked_wrongly(visit, form, why, fault)
    made = await (await visit.keyed(sent)).once(
        visit.services, UUID, lambda session: service.replay(session, visit.caller, search, why)
    )
    return visit.to(f"/messages/replays/{made}")


async def _asked_wrongly(visit: Visit, form: dict[str, str], why: str, fault: str) -> Response:
    """The page that the form stood on, with what was typed and what is wrong."""
    search = search_of(form)
    if form.get("from") == "parked":
        fields = {name: form[name] for name in (*search.query, "reason") if name in form}
        return await _parked(visit, parked.Given(fields, why, fault))
    if form.get("from") == "message":
        return await opened(visit, _id_in(form, "id"), typed=Typed(why, fault))
    return await listed(visit, search.query, why, fault)


def _id_in(form: dict[str, str], name: str) -> UUID:
    try:
        return UUID(form.get(name, ""))
    except ValueError:
        raise HomewardError("invalid-body", where=name) from None


@router.get("/replays/{replay_id}")
async def show_replay(replay_id: UUID, visit: Visitor) -> Response:
    """How far a replay is, and what became of its messages."""
    return await _replay(visit, replay_id)


async def _replay(visit: Visit, replay_id: UUID, typed: str = "", fault: str = "") -> Response:
    visit.caller.require("messages.read")
    async with visit.services.begin(visit.caller) as session:
        found = await reading.progress(session, replay_id)
        items = await reading.items_of(session, replay_id)
        known = await names.directory(session)
    return visit.page(
        "replays/replay.html",
        422 if fault else 200,
        view=views.present(found, items, known),
        may_stop=visit.caller.may("messages.release"),
        typed=typed,
        fault=fault,
    )


@router.post("/replays/{replay_id}/stop")
async def stop(replay_id: UUID, visit: Visitor) -> Response:
    """Stop a replay where it is, with the reason why."""
    form = await visit.form()
    visit.caller.require("messages.release")
    why = str(form.get("why", "")).strip()
    if fault := service.reason_fault(why):
        return await _replay(visit, replay_id, why, fault)
    await (await visit.keyed(form)).once(
        visit.services, NoneType, lambda session: service.stop(session, visit.caller, replay_id, why)
    )
    return visit.to(f"/messages/replays/{replay_id}")


@router.post("/sent/{sequence}/again")
async def send_again(sequence: int, visit: Visitor) -> Response:
    """Send an item to its partner once more, as a new item that names the first."""
    sent = await visit.form()
    form = {name: str(value) for name, value in sent.items()}
    visit.caller.require("deadletters.release")
    why = form.get("why", "").strip()
    back = _id_in(form, "message")
    if fault := service.reason_fault(why):
        return await opened(visit, back, typed=Typed(why, fault, sequence))
    again = await (await visit.keyed(sent)).once(
        visit.services, int, lambda session: service.resend(session, visit.caller, sequence, why)
    )
    return visit.to(f"/messages/{back}?done={again}")
