"""What waits for a person, by cause; having messages read again; edits by two people; items sent again."""

from __future__ import annotations

from types import NoneType
from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from api.feeds import queries as feed_queries
from api.messages.message_text import readable
from api.messages.one_message import Typed
from api.messages.pages import listed, opened
from api.messages.queries import message
from api.messages.search import search_of
from api.messages.views import id_words, kind_words
from api.messages.whereabouts import whereabouts_seen
from api.replays import parked, service, views
from api.replays import queries as reading
from api.replays.difference import Compared, difference
from api.replays.message_edits import editable_text
from api.web import names
from api.web.page.visit import Visit, Visitor
from api.web.paging import Turned, turns
from discharge.errors import HomewardError
from fhir_adapters.hl7v2.process.replays import EDITABLE
from fhir_adapters.store.tables import MessageEditRow

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


@router.get("/edits")
async def show_edits(visit: Visitor, page: Turned) -> Response:
    """Edits that wait for a second person, then the others."""
    visit.caller.require("messages.read")
    async with visit.services.begin(visit.caller) as session:
        rows, following = page.after(await reading.edits(session, **page.more))
        known = await names.directory(session)
    lines = [views.edit_line(row, known) for row in rows]
    return visit.page("replays/edits.html", lines=lines, turns=turns("/messages/edits", page, following))


@router.get("/edits/{edit_id}")
async def show_edit(edit_id: UUID, visit: Visitor) -> Response:
    """One edit: what differs, and the decision."""
    return await _edit(visit, edit_id)


async def _edit(visit: Visit, edit_id: UUID, typed: str = "", fault: str = "") -> Response:
    visit.caller.require("messages.read")
    async with visit.services.begin(visit.caller) as session:
        row = await session.get(MessageEditRow, edit_id)
        if row is None:
            raise HomewardError("not-found")
        before, _ = await message(session, visit.caller, row.original_id)
        after, _ = await message(session, visit.caller, row.inbox_id)
        seen = await whereabouts_seen(session, before)
        if after.person_id is not None:
            seen = seen and await whereabouts_seen(session, after)
        known = await names.directory(session)
    texts = [readable(each.raw, each.content_type, whereabouts=seen) for each in (before, after)]
    whole = [readable(each.raw, each.content_type, whereabouts=True) for each in (before, after)]
    return visit.page(
        "replays/edit.html",
        422 if fault else 200,
        view=views.edit_line(row, known),
        lines=difference(*map(Compared.of, whole, texts)),
        withheld=any(text.withheld for text in texts),
        own=row.proposed_by == visit.caller.user_id,
        may_decide=visit.caller.may("messages.approve"),
        typed=typed,
        fault=fault,
    )


@router.post("/edits/{edit_id}")
async def decide_edit(edit_id: UUID, visit: Visitor) -> Response:
    """Approve or decline; whoever proposed it is refused, here and by the database."""
    form = await visit.form()
    visit.caller.require("messages.approve")
    why, decision = str(form.get("why", "")).strip(), str(form.get("decision", ""))
    if decision not in ("approve", "decline"):
        raise HomewardError("invalid-body", where="decision")
    if fault := service.reason_fault(why):
        return await _edit(visit, edit_id, why, fault)
    await (await visit.keyed(form)).once(
        visit.services,
        str,
        lambda session: service.decide(session, visit.caller, edit_id, decision == "approve", why),
    )
    return visit.to(f"/messages/edits/{edit_id}")


@router.get("/{message_id}/edit")
async def show_form(message_id: UUID, visit: Visitor) -> Response:
    """The text of a message to edit."""
    return await _form(visit, message_id)


async def _form(
    visit: Visit,
    message_id: UUID,
    text: str | None = None,
    why: str = "",
    faults: dict[str, str] | None = None,
) -> Response:
    visit.caller.require("messages.release")
    async with visit.services.begin(visit.caller) as session:
        row, _ = await message(session, visit.caller, message_id)
        seen = await whereabouts_seen(session, row)
    if row.state not in EDITABLE or "hl7-v2" not in row.content_type:
        raise HomewardError("not-replayable", detail=row.state)
    return visit.page(
        "replays/edit_form.html",
        422 if faults else 200,
        message_id=str(message_id),
        title=f"{kind_words(row)}, {id_words(row)}",
        text=editable_text(row, whereabouts=seen) if text is None else text,
        why=why,
        whole=seen,
        faults=faults or {},
    )


@router.post("/{message_id}/edit")
async def propose(message_id: UUID, visit: Visitor) -> Response:
    """Propose the edited message; it has no effect before a second person approves it."""
    form = await visit.form()
    visit.caller.require("messages.release")
    text, why = str(form.get("text", "")), str(form.get("why", "")).strip()
    if fault := service.reason_fault(why):
        return await _form(visit, message_id, text, why, {"why": fault})
    try:
        made = await (await visit.keyed(form)).once(
            visit.services,
            UUID,
            lambda session: service.propose(session, visit.caller, message_id, text, why),
        )
    except HomewardError as error:
        if error.where != "text":
            raise
        return await _form(visit, message_id, text, why, {"text": _fault_words(error)})
    return visit.to(f"/messages/edits/{made}")


def _fault_words(error: HomewardError) -> str:
    if error.detail == "withheld":
        return "Leave [withheld] as a whole field, in the segment where it stands"
    if error.code == "already-done":
        return "This content is stored already, or an edit of this message is waiting for a decision"
    return error.row.words


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
