"""Homes that can be let: the list, and each with its form, for those who may change it."""

from __future__ import annotations

from datetime import datetime
from types import NoneType
from uuid import UUID, uuid4

from fastapi import APIRouter
from pydantic import ValidationError
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.datastructures import FormData
from starlette.responses import Response

from api.forms.model import Around, CommandForm
from api.forms.property import CHANGE, NEW, WITHDRAW, NotANumber, body_of, typed_of
from api.forms.submission import Fault, Filled, faults_of, read_form
from api.forms.views import present
from api.homes import queries
from api.homes import service as editing
from api.homes import views as presenter
from api.web import names
from api.web.body_faults import invalid
from api.web.page.visit import Visit, Visitor
from api.web.paging import Turned, turns
from discharge.cases.model import Case
from discharge.errors import HomewardError

router = APIRouter(prefix="/homes", include_in_schema=False)
NOBODY = UUID(int=0)


@router.get("")
async def show(visit: Visitor, page: Turned) -> Response:
    """The homes that a landlord may let, the earliest first, a page at a time."""
    visit.caller.require("properties.read")
    async with visit.services.begin(visit.caller) as session:
        found, following = page.after(await queries.homes(session, **page.more))
    may_add = visit.caller.may(editing.EDIT)
    view, beside = presenter.present(found), turns("/homes", page, following)
    return visit.page("homes/homes.html", view=view, may_add=may_add, turns=beside)


@router.get("/new")
async def ask_new(visit: Visitor) -> Response:
    """The form of a home that is not on the list."""
    visit.caller.require(editing.EDIT)
    return await _new_page(visit, Filled())


@router.post("/new")
async def add(visit: Visitor) -> Response:
    """Put it on the list."""
    sent = await visit.form()
    visit.caller.require(editing.EDIT)
    filled = read_form(NEW, sent, await _around(visit))
    try:
        if not filled.faults:
            asked = editing.NewHome.model_validate(body_of(filled.fields, {}))
            keyed = await visit.keyed(sent)
            home_id = await keyed.once(
                visit.services, UUID, lambda session: editing.add(session, visit.caller, asked)
            )
            return visit.to(f"/homes/{home_id}?done=new")
    except (NotANumber, ValidationError, HomewardError) as error:
        _note_fault(filled, error, NEW)
    return await _new_page(visit, filled, 422)


@router.get("/{home_id}")
async def show_one(visit: Visitor, home_id: UUID, done: str = "") -> Response:
    """One home, who changed it and when, and its forms."""
    visit.caller.require("properties.read")
    return await _page(visit, home_id, done=done)


@router.post("/{home_id}")
async def change(visit: Visitor, home_id: UUID) -> Response:
    """Change it; refused if somebody changed it since the page was opened."""
    sent = await visit.form()
    visit.caller.require(editing.EDIT)
    filled = read_form(CHANGE, sent, await _around(visit))
    try:
        if not filled.faults:
            keyed = await visit.keyed(sent)
            await keyed.once(
                visit.services,
                NoneType,
                lambda session: _change(session, visit, home_id, filled, _seen_at(sent)),
            )
            return visit.to(f"/homes/{home_id}?done=change")
    except (NotANumber, ValidationError, HomewardError) as error:
        _note_fault(filled, error, CHANGE)
    return await _page(visit, home_id, changed=filled, status=422)


@router.post("/{home_id}/withdraw")
async def withdraw(visit: Visitor, home_id: UUID) -> Response:
    """Take it off the list."""
    sent = await visit.form()
    visit.caller.require(editing.EDIT)
    filled = read_form(WITHDRAW, sent, await _around(visit))
    try:
        if not filled.faults:
            because, keyed = filled.fields["because"], await visit.keyed(sent)
            await keyed.once(
                visit.services,
                str,
                lambda session: editing.withdraw(session, visit.caller, home_id, because, visit.today),
            )
            return visit.to(f"/homes/{home_id}?done=withdraw")
    except HomewardError as error:
        _note_fault(filled, error, WITHDRAW)
    return await _page(visit, home_id, withdrawn=filled, status=422)


async def _change(
    session: AsyncSession, visit: Visit, home_id: UUID, filled: Filled, seen_at: datetime | None
) -> None:
    held = (await queries.home(session, home_id)).row.attributes
    asked = editing.ChangedHome.model_validate({**body_of(filled.fields, held), "seen_at": seen_at})
    await editing.change(session, visit.caller, home_id, asked)


def _seen_at(sent: FormData) -> datetime | None:
    seen = str(sent.get("seen_at", ""))
    return datetime.fromisoformat(seen) if seen else None


def _note_fault(
    filled: Filled, error: NotANumber | ValidationError | HomewardError, form: CommandForm
) -> None:
    """What is wrong, beside its question. Raises what no correction of the form puts right."""
    if isinstance(error, HomewardError):
        if error.row.http >= 500 or error.code in ("not-found", "role-not-allowed"):
            raise error
        filled.faults += faults_of(error, form)
    elif isinstance(error, NotANumber):
        filled.faults.append(Fault(error.name, "Enter a number"))
    else:
        filled.faults += faults_of(invalid(error), form)


async def _around(visit: Visit) -> Around:
    async with visit.services.begin(visit.caller) as session:
        known = await names.directory(session)
    return Around(Case(case_id=NOBODY), visit.today, known, visit.caller.organisation_id)


async def _new_page(visit: Visit, filled: Filled, status: int = 200) -> Response:
    view = present(NEW, await _around(visit), "", filled, str(uuid4()))
    return visit.page("homes/home_new.html", status, view=view)


async def _page(
    visit: Visit,
    home_id: UUID,
    *,
    changed: Filled | None = None,
    withdrawn: Filled | None = None,
    done: str = "",
    status: int = 200,
) -> Response:
    around = await _around(visit)
    async with visit.services.begin(visit.caller) as session:
        found = await queries.home(session, home_id)
        history = await queries.changes(session, home_id)
        may_edit = visit.caller.may(editing.EDIT) and await editing.is_mine(session, found.row.landlord_id)
    changed = changed or Filled(typed=typed_of(found))
    view = presenter.present_one(found, history, around.known, may_edit=may_edit)
    return visit.page(
        "homes/home.html",
        status,
        view=view,
        change=present(CHANGE, around, view.line.address, changed, str(uuid4())),
        withdraw=present(WITHDRAW, around, view.line.address, withdrawn or Filled(), str(uuid4())),
        done=presenter.DONE.get(done, ""),
    )
