"""Pages of referral requests: those that wait for you, that you answered or sent; and one of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import get_args
from uuid import UUID

from fastapi import APIRouter
from starlette.datastructures import FormData
from starlette.responses import Response

from api.referral_requests import service
from api.referral_requests import views as presenter
from api.referral_requests.queries import Box, read_request, requests
from api.web import names
from api.web.page.visit import Visit, Visitor
from api.web.paging import Turned, turns
from api.web.parameters import one_of
from discharge.errors import HomewardError

router = APIRouter(prefix="/referral-requests", include_in_schema=False)

DONE: Mapping[str, str] = {
    "sent": "Referral sent. Nobody has accepted it yet",
    "withdrawn": "Referral withdrawn",
    "declined": "Referral answered",
}


@router.get("")
async def listed(visit: Visitor, page: Turned, box: str = "waiting") -> Response:
    """One box of requests, those due first."""
    visit.caller.require("referral-requests.read")
    chosen: Box = one_of("box", box, get_args(Box)) or "waiting"  # type: ignore[assignment]
    async with visit.services.begin(visit.caller) as session:
        found = await requests(session, visit.caller, chosen, page.offset, page.size)
        known = await names.directory(session)
    view = presenter.list_page(chosen, found, page, visit.now, known)
    beside = turns("/referral-requests", page, page.next(found.total), box=chosen)
    return visit.page("referral_requests/referral_requests.html", view=view, turns=beside)


@router.get("/{request_id}")
async def show(visit: Visitor, request_id: UUID, done: str = "") -> Response:
    """One request: what was sent and what became of it; for who may take it on, whom it may mean."""
    visit.caller.require("referral-requests.read")
    return await _page(visit, request_id, done=DONE.get(done, ""))


@router.post("/{request_id}/take-on")
async def take_on(visit: Visitor, request_id: UUID) -> Response:
    """Take a request on: the case opens, or the sender joins it."""
    sent, typed = await _typed(visit, "person", "basis")
    faults = [
        _fault(name, ask)
        for name, ask in (("person", "who is meant"), ("basis", "a basis"))
        if not typed[name]
    ]
    if faults:
        return await _page(visit, request_id, 422, errors=faults, typed=typed)
    keyed = await visit.keyed(sent)
    try:
        outcome = await service.take_on(
            visit.services, visit.caller, request_id, typed["person"], typed["basis"], keyed.key
        )
    except HomewardError as error:
        return await _refused(visit, request_id, error, typed)
    done = f"/cases/{outcome.case_id}?done=taken-on"
    return visit.to(done if outcome.answer else f"/requests/{outcome.command_id}")


@router.post("/{request_id}/decline")
async def decline(visit: Visitor, request_id: UUID) -> Response:
    """Answer a request with a reason."""
    sent, typed = await _typed(visit, "reason", "words")
    keyed = await visit.keyed(sent)
    try:
        await service.decline(visit.services, keyed, request_id, typed["reason"], typed["words"])
    except HomewardError as error:
        return await _refused(visit, request_id, error, typed)
    return visit.to(f"/referral-requests/{request_id}?done=declined")


@router.post("/{request_id}/withdraw")
async def withdraw(visit: Visitor, request_id: UUID) -> Response:
    """Take back a request of one's own."""
    sent = await visit.form()
    await service.withdraw(visit.services, await visit.keyed(sent), request_id)
    return visit.to(f"/referral-requests/{request_id}?done=withdrawn")


async def _typed(visit: Visit, *fields: str) -> tuple[FormData, dict[str, str]]:
    sent = await visit.form()
    visit.caller.require("referral-requests.answer")
    return sent, {name: str(sent.get(name, "")) for name in fields}


def _fault(name: str, what: str) -> dict[str, str]:
    return {"text": f"Choose {what}", "href": f"#{name}"}


async def _refused(visit: Visit, request_id: UUID, error: HomewardError, typed: dict[str, str]) -> Response:
    if error.row.http >= 500 or error.code in ("not-found", "role-not-allowed"):
        raise error
    faults = [_told(each, typed) for each in (error, *error.others)]
    return await _page(visit, request_id, error.row.http, errors=faults, typed=typed)


def _told(error: HomewardError, typed: dict[str, str]) -> dict[str, str]:
    said = {"text": f"{error.row.title}. {error.row.words}"}
    return said | ({"href": f"#{error.where}"} if error.where in typed else {})


async def _page(
    visit: Visit,
    request_id: UUID,
    status: int = 200,
    *,
    done: str = "",
    errors: list[dict[str, str]] | None = None,
    typed: dict[str, str] | None = None,
) -> Response:
    caller = visit.caller
    async with visit.services.begin(caller) as session:
        file = await read_request(session, caller, request_id)
        known = await names.directory(session)
    own = file.row.sender_id == caller.organisation_id
    view = presenter.page(file, own, visit.now, known, errors=errors or (), typed=typed)
    may_answer = view.can_answer and caller.may("referral-requests.answer")
    return visit.page(
        "referral_requests/referral_request.html", status, view=view, done=done, may_answer=may_answer
    )
