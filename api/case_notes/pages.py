"""The page on which somebody withdraws words that do not belong on a case."""

from __future__ import annotations

from uuid import UUID, uuid4

from fastapi import APIRouter
from starlette.responses import Response

from api.case_notes import service
from api.case_notes.views import present
from api.cases.note_words import WITHDRAW
from api.forms.submission import seen_of
from api.safety.line import read_by
from api.web import names
from api.web.page.visit import Visit, Visitor
from discharge.errors import HomewardError

router = APIRouter(prefix="/cases/{case_id}/notes", include_in_schema=False)

ERASE, DANGER = "erase", "danger"
NOT_CHOSEN = "Choose what is to become of the words"


@router.get("/{note_id}/withdraw")
async def show(visit: Visitor, case_id: UUID, note_id: UUID) -> Response:
    """The words, and what may become of them."""
    visit.caller.require(WITHDRAW)
    return await _page(visit, case_id, note_id)


@router.post("/{note_id}/withdraw")
async def withdraw(visit: Visitor, case_id: UUID, note_id: UUID) -> Response:
    """Withdraw them, in either way, and show what is left."""
    visit.caller.require(WITHDRAW)
    form = await visit.form()
    chosen = str(form.get("words", ""))
    if chosen not in (ERASE, DANGER):
        return await _page(visit, case_id, note_id, fault=NOT_CHOSEN, status=422)
    keyed = await visit.keyed(form)
    try:
        async with visit.services.begin(visit.caller) as session:
            seen = seen_of(form)
            danger = chosen == DANGER
            await service.withdraw(session, keyed, case_id, note_id, about_danger=danger, seen_version=seen)
    except HomewardError as error:
        if error.code != "words-withdrawn":
            raise
        return await _page(visit, case_id, note_id, fault=f"{error.row.title}. {error.row.words}", status=409)
    return visit.to(f"/cases/{case_id}/notes/{note_id}/withdraw")


async def _page(
    visit: Visit, case_id: UUID, note_id: UUID, *, fault: str = "", status: int = 200
) -> Response:
    async with visit.services.begin(visit.caller) as session:
        found = await service.note_of_case(session, visit.caller, case_id, note_id)
        known = await names.directory(session)
        reads = await read_by(session, visit.caller, case_id, "them")
    view = present(found, known, visit.clock, reads)
    return visit.page("case_notes/withdraw.html", status, view=view, fault=fault, key=str(uuid4()))
