"""Whom to call about a case: the page of all contacts, and the forms that add, correct and end one."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date
from typing import Any, Generic, TypeVar
from uuid import UUID, uuid4

from fastapi import APIRouter
from pydantic import BaseModel, ValidationError
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.datastructures import FormData
from starlette.responses import Response

from api.cases.summary import SEE_CONTACTS
from api.contact_details import service
from api.contact_details.schemas import ContactCorrectionBody, ContactEndingBody, NewContactBody
from api.contact_details.service import Contacts
from api.contact_details.views import card_line, present, said_parts
from api.forms.contact_details import CORRECT, END, NEW, filled_with
from api.forms.model import Around, CommandForm
from api.forms.submission import Filled, faults_of, fill_again, read_form
from api.forms.views import present as present_form
from api.web import names
from api.web.body_faults import invalid
from api.web.names import Directory
from api.web.page import words
from api.web.page.visit import Visit, Visitor
from api.web.principals import Principal
from discharge.contact_cards import Card
from discharge.errors import HomewardError

router = APIRouter(prefix="/cases/{case_id}/contact-details", include_in_schema=False)

DONE = {"added": "Contact saved", "corrected": "Correction saved", "ended": "The contact has ended"}
Asked = TypeVar("Asked", bound=BaseModel)


@router.get("")
async def show(visit: Visitor, case_id: UUID, done: str = "") -> Response:
    """Everybody to call, with sources, contradictions and histories."""
    visit.caller.require(SEE_CONTACTS)
    around, known = await _around(visit, case_id, SEE_CONTACTS)
    may_edit = visit.caller.may_on(around.found.case, service.EDIT)
    view = present(around, known, may_edit=may_edit)
    return visit.page("contact_details/contact_details.html", view=view, done=DONE.get(done, ""))


@router.get("/new")
async def ask_new(visit: Visitor, case_id: UUID) -> Response:
    """The form that adds somebody."""
    visit.caller.require(service.EDIT)
    around, known = await _around(visit, case_id, service.EDIT)
    return _form_page(visit, around, known, NEW, await _kept(visit, NEW, around, known))


@router.post("/new")
async def add(visit: Visitor, case_id: UUID) -> Response:
    """Add somebody."""
    sent = await visit.form()
    visit.caller.require(service.EDIT)
    around, known = await _around(visit, case_id, service.EDIT)
    filled = read_form(NEW, sent, _form_around(visit, around, known))

    async def work(session: AsyncSession) -> UUID:
        fields = filled.fields | {"restricted": filled.fields.get("restricted") == "yes"}
        asked = _body(NewContactBody, fields)
        return await service.add(session, visit.caller, case_id, asked, visit.today)

    if await _done(visit, sent, NEW, filled, work):
        return visit.to(f"/cases/{case_id}/contact-details?done=added")
    return _form_page(visit, around, known, NEW, filled, status=422)


@router.get("/{contact_id}/change")
async def ask_change(visit: Visitor, case_id: UUID, contact_id: UUID) -> Response:
    """One contact with its history, the form that corrects it, and the form that ends it."""
    visit.caller.require(service.EDIT)
    around, known = await _around(visit, case_id, service.EDIT)
    card = around.card(contact_id)
    form = filled_with(CORRECT, held_words(card, known))
    kept = await _kept(visit, form, around, known)
    return _form_page(visit, around, known, form, kept, card=card)


@router.post("/{contact_id}/change")
async def correct(visit: Visitor, case_id: UUID, contact_id: UUID) -> Response:
    """Correct a contact."""
    return await _changed(visit, case_id, contact_id, CORRECTION)


@router.post("/{contact_id}/end")
async def end(visit: Visitor, case_id: UUID, contact_id: UUID) -> Response:
    """End a contact."""
    return await _changed(visit, case_id, contact_id, ENDING)


@dataclass(frozen=True)
class Change(Generic[Asked]):
    """One way to change a contact: its form, what is asked by it, what is done, and what is said then."""

    form: CommandForm
    asks: type[Asked]
    work: Callable[[AsyncSession, Principal, UUID, UUID, Asked, date], Awaitable[UUID]]
    done: str


CORRECTION = Change(CORRECT, ContactCorrectionBody, service.correct, "corrected")
ENDING = Change(END, ContactEndingBody, service.end, "ended")


async def _changed(visit: Visit, case_id: UUID, contact_id: UUID, change: Change[Asked]) -> Response:
    """The change made, or its form again with what was wrong."""
    sent = await visit.form()
    visit.caller.require(service.EDIT)
    around, known = await _around(visit, case_id, service.EDIT)
    card = around.card(contact_id)
    filled = read_form(change.form, sent, _form_around(visit, around, known))

    async def work(session: AsyncSession) -> UUID:
        asked = _body(change.asks, filled.fields | {"seen_number": filled.seen})
        return await change.work(session, visit.caller, case_id, contact_id, asked, visit.today)

    if await _done(visit, sent, change.form, filled, work):
        return visit.to(f"/cases/{case_id}/contact-details?done={change.done}")
    return _form_page(visit, around, known, change.form, filled, card=card, status=422)


def held_words(card: Card, known: Directory) -> dict[str, str]:
    """What is known of a contact, as its form begins; how it is known is asked anew."""
    current = card.current
    held = {"role": card.role, "phone": card.phone, "email": card.email}
    if current is None:
        return held | (said_parts(card.said, known) if card.said else {})
    names_held = ("name", "about", "safe_to_ring", "hours", "language", "interpreter")
    return held | {name: getattr(current, name) for name in names_held}


def _body(kind: type[Asked], fields: dict[str, Any]) -> Asked:
    return kind.model_validate(fields)


async def _done(
    visit: Visit,
    sent: FormData,
    form: CommandForm,
    filled: Filled,
    work: Callable[[AsyncSession], Awaitable[UUID]],
) -> bool:
    """Whether the change was made; what was wrong is said beside each answer otherwise."""
    if filled.faults:
        return False
    try:
        await (await visit.keyed(sent)).once(visit.services, UUID, work)
    except (ValidationError, HomewardError) as error:
        found = invalid(error) if isinstance(error, ValidationError) else error
        if found.row.http not in (409, 422):
            raise
        filled.add(faults_of(found, form))
        return False
    return True


async def _around(visit: Visit, case_id: UUID, action: str) -> tuple[Contacts, Directory]:
    async with visit.services.begin(visit.caller) as session:
        around = await service.contacts(session, visit.caller, case_id, action)
        return around, await names.directory(session)


async def _kept(visit: Visit, form: CommandForm, around: Contacts, known: Directory) -> Filled:
    kept = await visit.kept_form()
    return fill_again(form, kept, _form_around(visit, around, known)) if kept else Filled()


def _form_around(visit: Visit, around: Contacts, known: Directory) -> Around:
    return Around(around.found.case, visit.today, known, visit.caller.organisation_id)


def _form_page(
    visit: Visit,
    around: Contacts,
    known: Directory,
    form: CommandForm,
    filled: Filled,
    *,
    card: Card | None = None,
    status: int = 200,
) -> Response:
    person = around.found.person
    name = words.full_name(person.family_name, person.given_name)
    asked = _form_around(visit, around, known)
    ending = form is END
    shown = filled_with(CORRECT, held_words(card, known)) if ending and card else form
    view = present_form(shown, asked, name, Filled() if ending else filled, str(uuid4()))
    end_view = present_form(END, asked, name, filled if ending else Filled(), str(uuid4()))
    return visit.page(
        "contact_details/contact_form.html",
        status,
        view=view,
        end=end_view if card is not None and not card.ended else None,
        errors=view.errors or tuple({**each, "href": "#end-reason"} for each in end_view.errors),
        line=card_line(card, known) if card is not None else None,
        seen=card.current.number if card is not None and card.current else 0,
        action=f"/cases/{view.case_id}/contact-details/{f'{card.contact_id}/change' if card else 'new'}",
        end_action=f"/cases/{view.case_id}/contact-details/{card.contact_id}/end" if card else "",
        withheld=person.location_hidden,
    )
