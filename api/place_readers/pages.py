"""Who may know where a hidden person lies: the page on which the responsible trust names them."""

from __future__ import annotations

from datetime import date
from types import NoneType
from uuid import UUID, uuid4

from fastapi import APIRouter
from starlette.responses import Response

from api.forms.model import Around
from api.forms.place_readers import naming_form
from api.forms.submission import Fault, Filled, fault_of, fill_again, read_form
from api.forms.views import present
from api.place_readers import service
from api.place_readers.service import NAME, Names, Naming
from api.place_readers.views import reader_lines
from api.web import names
from api.web.names import Directory
from api.web.page import words
from api.web.page.visit import Visit, Visitor
from discharge.errors import HomewardError

router = APIRouter(prefix="/cases/{case_id}/place-readers", include_in_schema=False)

DONE = {"named": "They can see the ward now", "ended": "They can no longer see the ward"}
FAULTS = {
    "until_on": "Choose a day from today to 28 days from now",
    "reason": "Say why in at least 3 characters",
    "user_id": "Choose one of the people on the page",
}
"""What is wrong with an answer, where the form as such was filled in."""


@router.get("")
async def show(visit: Visitor, case_id: UUID, done: str = "") -> Response:
    """Who is named, who was, and the form that names somebody."""
    visit.caller.require(NAME)
    around, known = await _around(visit, case_id)
    kept = await visit.kept_form()
    filled = (
        fill_again(naming_form(around.choices, known), kept, _form_around(visit, around, known))
        if kept
        else Filled()
    )
    return _page(visit, around, known, filled, done=DONE.get(done, ""))


@router.post("")
async def add(visit: Visitor, case_id: UUID) -> Response:
    """Name somebody."""
    sent = await visit.form()
    visit.caller.require(NAME)
    around, known = await _around(visit, case_id)
    form = naming_form(around.choices, known)
    filled = read_form(form, sent, _form_around(visit, around, known))
    try:
        if not filled.faults:
            said = filled.fields
            asked = Naming(UUID(said["user_id"]), date.fromisoformat(said["until_on"]), said["reason"])
            await (await visit.keyed(sent)).once(
                visit.services,
                UUID,
                lambda session: service.name(session, visit.caller, case_id, asked, visit.today),
            )
            return visit.to(f"/cases/{case_id}/place-readers?done=named")
    except HomewardError as error:
        if error.row.http not in (409, 422):
            raise
        for each in (error, *error.others):
            words = FAULTS.get(each.where) or fault_of(each, form).words
            filled.faults.append(Fault(each.where, words))
    return _page(visit, around, known, filled, status=422)


@router.post("/{reader_id}/end")
async def end(visit: Visitor, case_id: UUID, reader_id: UUID) -> Response:
    """Take a name away."""
    sent = await visit.form()
    visit.caller.require(NAME)
    await (await visit.keyed(sent)).once(
        visit.services,
        NoneType,
        lambda session: service.take_away(session, visit.caller, case_id, reader_id),
    )
    return visit.to(f"/cases/{case_id}/place-readers?done=ended")


async def _around(visit: Visit, case_id: UUID) -> tuple[Names, Directory]:
    async with visit.services.begin(visit.caller) as session:
        return await service.names(session, visit.caller, case_id), await names.directory(session)


def _form_around(visit: Visit, around: Names, known: Directory) -> Around:
    return Around(around.found.case, visit.today, known, visit.caller.organisation_id)


def _page(
    visit: Visit, around: Names, known: Directory, filled: Filled, *, status: int = 200, done: str = ""
) -> Response:
    person = around.found.person
    form = naming_form(around.choices, known)
    name = words.full_name(person.family_name, person.given_name)
    view = present(form, _form_around(visit, around, known), name, filled, str(uuid4()))
    return visit.page(
        "place_readers/place_readers.html",
        status,
        view=view,
        lines=reader_lines(around, known),
        hidden=around.hidden,
        may_name=bool(around.choices),
        done=done,
    )
