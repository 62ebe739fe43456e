"""People who were hidden because an organisation asked for it: kept or lifted by their trust, taken back."""

from __future__ import annotations

from types import NoneType
from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from api.hidings import service
from api.hidings.views import present
from api.web import names
from api.web.page.visit import Visit, Visitor
from discharge.errors import HomewardError

router = APIRouter(prefix="/hidings", include_in_schema=False)

DONE = {
    "kept": "The hiding is kept",
    "lifted": "The hiding is lifted",
    "withdrawn": "The hiding is withdrawn",
}
WHY = "Say why in 3 to 500 characters"


@router.get("")
async def show(visit: Visitor, done: str = "") -> Response:
    """What others asked for, those without an answer first, and what the own organisation asked for."""
    visit.caller.require("hidings.read")
    return await _page(visit, done=DONE.get(done, ""))


@router.post("/{message_id}/answer")
async def answer(visit: Visitor, message_id: UUID) -> Response:
    """Keep or lift one, with the reason why."""
    sent = await visit.form()
    visit.caller.require("hidings.answer")
    said, reason = str(sent.get("answer", "")), str(sent.get("reason", ""))
    person_id = _id(str(sent.get("person_id", "")))
    anchor = f"hiding-{message_id}-{person_id}"
    if said not in ("kept", "lifted"):
        return await _page(
            visit, 422, fault="Choose whether the person stays hidden", anchor=anchor, typed=reason
        )
    try:
        chosen: service.Answer = "lifted" if said == "lifted" else "kept"
        await (await visit.keyed(sent)).once(
            visit.services,
            NoneType,
            lambda session: service.answer(session, visit.caller, message_id, person_id, chosen, reason),
        )
    except HomewardError as error:
        if error.code != "reason-needed":
            raise
        return await _page(visit, 422, fault=WHY, anchor=anchor, typed=reason, chosen=said)
    return visit.to(f"/hidings?done={said}")


@router.post("/{message_id}/withdraw")
async def withdraw(visit: Visitor, message_id: UUID) -> Response:
    """Take back what a message of the own organisation hid."""
    sent = await visit.form()
    visit.caller.require("hidings.withdraw")
    reason = str(sent.get("reason", ""))
    try:
        await (await visit.keyed(sent)).once(
            visit.services,
            NoneType,
            lambda session: service.withdraw(session, visit.caller, message_id, reason),
        )
    except HomewardError as error:
        if error.code != "reason-needed":
            raise
        return await _page(visit, 422, fault=WHY, anchor=f"asked-{message_id}", typed=reason)
    return visit.to("/hidings?done=withdrawn")


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise HomewardError("invalid-body", where="person_id") from None


async def _page(
    visit: Visit,
    status: int = 200,
    *,
    done: str = "",
    fault: str = "",
    anchor: str = "",
    typed: str = "",
    chosen: str = "",
) -> Response:
    """The page; with what is wrong, at the form with an anchor."""
    caller = visit.caller
    async with visit.services.begin(caller) as session:
        found = await service.hidings(session, caller)
        asked = await service.asked_by_us(session)
        known = await names.directory(session)
    may_answer, may_open = caller.may("hidings.answer"), caller.may("case.read")
    view = present(found, asked, known, may_answer=may_answer, may_open=may_open)
    wrong = {"fault": fault, "anchor": anchor, "typed": typed, "chosen": chosen}
    may_withdraw = caller.may("hidings.withdraw")
    return visit.page(
        "hidings/hidings.html", status, view=view, wrong=wrong, done=done, may_withdraw=may_withdraw
    )
