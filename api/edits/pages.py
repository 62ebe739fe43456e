"""Edits of messages: what differs, who decides, and the text to edit."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from api.edits import queries, service, views
from api.edits.difference import Compared, difference
from api.edits.editable_text import editable_text
from api.messages.message_text import readable
from api.messages.queries import message
from api.messages.views import id_words, kind_words
from api.messages.whereabouts import whereabouts_seen
from api.replays.service import reason_fault
from api.web import names
from api.web.page.visit import Visit, Visitor
from api.web.paging import Turned, turns
from discharge.errors import HomewardError
from fhir_adapters.hl7v2.process.replays import EDITABLE
from fhir_adapters.store.tables import MessageEditRow

router = APIRouter(prefix="/messages", include_in_schema=False)


@router.get("/edits")
async def show_edits(visit: Visitor, page: Turned) -> Response:
    """Edits that wait for a second person, then the others."""
    visit.caller.require("messages.read")
    async with visit.services.begin(visit.caller) as session:
        rows, following = page.after(await queries.edits(session, **page.more))
        known = await names.directory(session)
    lines = [views.edit_line(row, known) for row in rows]
    return visit.page("edits/edits.html", lines=lines, turns=turns("/messages/edits", page, following))


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
        "edits/edit.html",
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
    if fault := reason_fault(why):
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
        "edits/edit_form.html",
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
    if fault := reason_fault(why):
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
