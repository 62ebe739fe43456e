"""The pages of safety: the questions, alike for everybody; the annex below them for people named on it; what
is due for whoever is named anywhere; and whom an organisation names.
"""

from __future__ import annotations

from types import NoneType
from uuid import UUID, uuid4

from fastapi import APIRouter
from pydantic import ValidationError
from sqlalchemy import select
from starlette.datastructures import FormData
from starlette.responses import Response

from api.forms.model import Around
from api.forms.submission import Fault, Filled, fault_of, fill_again, read_form
from api.forms.views import present
from api.safety import service
from api.safety.check_item import keep_in_step
from api.safety.forms import NAMED_FORMS, QUESTIONS, SafetyForm
from api.safety.line import whom_to_ask
from api.safety.routes import ADVISERS, appoint, end_appointment
from api.safety.views import due_line, entry_lines, look_lines, named_lines, referral_line, work_line
from api.web import names
from api.web.names import Directory
from api.web.page import words
from api.web.page.visit import Visit, Visitor
from api.web.paging import FIRST, Page, Turned, turns
from discharge.errors import HomewardError
from discharge.pathway_words import capital
from discharge.store.tables import User
from housing_checks.safety.commands import NoteItem, SafetyRequest
from housing_checks.store import safety_advisers

router = APIRouter(include_in_schema=False)

DONE = {"recorded": "Saved", "named": "They can read it now", "removed": "They can no longer read it"} | {
    "ended": "The words are erased. Who saw to them, when and why is kept"
}
NAME, REMOVE = "name-person", "remove-person"
NOT_CHOSEN = "Choose one of the people on the page"
WHY = "Say why, in 3 to 200 characters"


@router.get("/cases/{case_id}/safety")
async def show(visit: Visitor, case_id: UUID, form: str = "", done: str = "") -> Response:
    """The safety questions, or another `form` for people named on the annex; and what the reader may read."""
    found, known = await _read(visit, case_id, "safety questions")
    kept = await visit.kept_form()
    shown = _form_of(found, str(kept.get("kind", "")) if kept else form)
    filled = Filled()
    if kept:
        filled = fill_again(shown.form, kept, _around(visit, found, known))
        filled.typed |= _typed(shown, kept)
    return _page(visit, found, known, shown, filled, done=DONE.get(done, ""))


@router.post("/cases/{case_id}/safety")
async def record(visit: Visitor, case_id: UUID) -> Response:
    """Record the answers, or what a named person did. All of it is sent to one address, so that no log and no
    figure of requests tells which it was.
    """
    sent = await visit.form()
    kind = str(sent.get("kind", ""))
    if kind in (NAME, REMOVE):
        return await _name(visit, case_id, sent, kind)
    found, known = await _read(visit, case_id, "safety questions")
    form = _form_of(found, kind)
    filled = read_form(form.form, sent, _around(visit, found, known))
    filled.typed |= _typed(form, sent)
    if not filled.faults and await _recorded(visit, case_id, form, filled, sent):
        return visit.to(f"/cases/{case_id}/safety?done=recorded")
    return _page(visit, found, known, form, filled, status=422)


async def _name(visit: Visit, case_id: UUID, sent: FormData, kind: str) -> Response:
    """Put somebody on the list, or take them off it."""
    user_id, reason = _id_of(str(sent.get("user_id", ""))), str(sent.get("reason", "")).strip()
    work, done = (service.name, "named") if kind == NAME else (service.remove, "removed")
    try:
        async with visit.services.begin(visit.caller) as session:
            await work(session, visit.caller, case_id, user_id, reason)
    except HomewardError as error:
        return await _not_named(visit, case_id, error)
    return visit.to(f"/cases/{case_id}/safety?done={done}")


@router.get("/safety")
async def due(visit: Visitor, page: Turned, done: str = "") -> Response:
    """What is due on the annexes that the reader is named on, and what referrals without a case say."""
    return await _due(visit, page, done=DONE.get(done, ""))


@router.post("/safety/referrals/{entry_id}/end")
async def end_referral(visit: Visitor, entry_id: UUID) -> Response:
    """An adviser has seen to what a referral without a case says."""
    sent = await visit.form()
    try:
        async with visit.services.begin(visit.caller) as session:
            await (await visit.keyed(sent)).require_unused(session)
            reason = str(sent.get("reason", "")).strip()
            await service.end_referral(session, visit.caller, entry_id, reason)
    except HomewardError as error:
        if error.where != "reason":
            raise
        return await _due(visit, FIRST, fault=str(entry_id), status=422)
    return visit.to("/safety?done=ended")


@router.get("/safety/advisers")
async def advisers(visit: Visitor, done: str = "") -> Response:
    """Whom the organisation names for safety."""
    visit.caller.require(ADVISERS)
    return await _advisers(visit, done={"named": "Named", "ended": "Ended"}.get(done, ""))


@router.post("/safety/advisers")
async def add_adviser(visit: Visitor) -> Response:
    """Name somebody for safety."""
    sent = await visit.form()
    visit.caller.require(ADVISERS)
    user_id, kind = _id_of(str(sent.get("user_id", ""))), str(sent.get("kind", "adviser"))
    if kind not in ("adviser", "safeguarding-lead"):
        return await _advisers(visit, fault="Choose adviser or safeguarding lead", status=422)
    try:
        await (await visit.keyed(sent)).once(
            visit.services, UUID, lambda session: appoint(session, visit.caller, user_id, kind)
        )
    except HomewardError as error:
        if error.code != "invalid-body":
            raise
        return await _advisers(visit, fault=NOT_CHOSEN, status=422)
    return visit.to("/safety/advisers?done=named")


@router.post("/safety/advisers/{appointment_id}/end")
async def end_adviser(visit: Visitor, appointment_id: UUID) -> Response:
    """End an appointment."""
    sent = await visit.form()
    visit.caller.require(ADVISERS)
    await (await visit.keyed(sent)).once(
        visit.services, NoneType, lambda session: end_appointment(session, visit.caller, appointment_id)
    )
    return visit.to("/safety/advisers?done=ended")


async def _due(visit: Visit, page: Page, *, done: str = "", fault: str = "", status: int = 200) -> Response:
    visit.caller.require(service.ASK)
    async with visit.services.begin(visit.caller) as session:
        rows, following = page.after(await service.due(session, visit.caller, **page.more))
        said, more = FIRST.after(await service.referrals(session, visit.caller, **FIRST.more))
        known = await names.directory(session)
    return visit.page(
        "safety/due.html",
        status,
        lines=[work_line(each, visit.now) for each in rows],
        turns=turns("/safety", page, following),
        referrals=[referral_line(each, known) for each in said],
        more_referrals=bool(more),
        done=done,
        fault=fault,
        why=WHY,
    )


async def _read(visit: Visit, case_id: UUID, what: str) -> tuple[service.SafetyFile, Directory]:
    async with visit.services.begin(visit.caller) as session:
        found = await service.read(session, visit.caller, case_id, what)
        return found, await names.directory(session)


def _form_of(found: service.SafetyFile, kind: str) -> SafetyForm:
    if kind in ("", QUESTIONS.kind):
        return QUESTIONS
    if found.annex is None or kind not in NAMED_FORMS:
        raise HomewardError("not-found")
    return NAMED_FORMS[kind]


async def _recorded(visit: Visit, case_id: UUID, form: SafetyForm, filled: Filled, sent: FormData) -> bool:
    """Whether it was recorded; otherwise the form says what is wrong."""
    notes: dict[NoteItem, str] = {
        item: filled.typed[item] for item in form.words if filled.typed[item].strip()
    }
    try:
        asked = SafetyRequest(form.read(filled.fields, visit.now), notes)
        async with visit.services.begin(visit.caller) as session:
            await service.record(session, await visit.keyed(sent), case_id, asked, visit.now)
        await keep_in_step(visit.services, visit.caller, case_id)
    except ValidationError as error:
        for each in error.errors():
            filled.faults.append(Fault(str(each["loc"][-1]), "Check this answer"))
        return False
    except HomewardError as error:
        if error.row.http not in (409, 422):
            raise
        filled.faults += [_fault(each, form) for each in (error, *error.others)]
        return False
    return True


def _fault(error: HomewardError, form: SafetyForm) -> Fault:
    if error.code == "invalid-body" and error.detail:
        return Fault(error.where, capital(error.detail))
    return fault_of(error, form.form)


def _typed(form: SafetyForm, sent: FormData) -> dict[str, str]:
    return {item: str(sent.get(item, "")) for item in form.words}


def _around(visit: Visit, found: service.SafetyFile, known: Directory) -> Around:
    return Around(found.case, visit.today, known, visit.caller.organisation_id)


def _page(
    visit: Visit,
    found: service.SafetyFile,
    known: Directory,
    form: SafetyForm,
    filled: Filled,
    *,
    status: int = 200,
    done: str = "",
    fault: str = "",
) -> Response:
    name = words.full_name(found.person.family_name, found.person.given_name)
    annex = found.annex
    boxes = [
        {"id": item, "label": label, "value": filled.typed.get(item, ""), "fault": filled.fault(item)}
        for item, label in form.words.items()
    ]
    return visit.page(
        "safety/safety.html",
        status,
        view=present(form.form, _around(visit, found, known), name, filled, str(uuid4())),
        questions_page=form is QUESTIONS,
        boxes=boxes,
        line=found.line,
        nobody=found.nobody,
        who_reads=found.who_reads,
        entries=entry_lines(found, known),
        named=annex is not None,
        dues=[due_line(each, visit.now) for each in annex.clocks] if annex else [],
        people=named_lines(found, known),
        looks=look_lines(found, known),
        forms=[(each.kind, each.form.title) for each in NAMED_FORMS.values()],
        choices=[
            (str(each.id), f"{each.display_name}, {known.organisation(each.organisation_id)}")
            for each in found.choices
        ],
        done=done,
        fault=fault,
    )


async def _not_named(visit: Visit, case_id: UUID, error: HomewardError) -> Response:
    if error.row.http not in (409, 422):
        raise error
    words_of = {"user_id": NOT_CHOSEN, "reason": WHY}.get(
        error.where
    ) or f"{error.row.title}. {error.row.words}"
    found, known = await _read(visit, case_id, "annex")
    return _page(visit, found, known, QUESTIONS, Filled(), status=422, fault=words_of)


def _id_of(sent: str) -> UUID:
    try:
        return UUID(sent)
    except ValueError:
        return UUID(int=0)


async def _advisers(visit: Visit, *, done: str = "", fault: str = "", status: int = 200) -> Response:
    async with visit.services.begin(visit.caller) as session:
        held = await safety_advisers.advisers(session, visit.caller.organisation_id)
        ask = await whom_to_ask(session, visit.caller)
        own = select(User).where(
            User.organisation_id == visit.caller.organisation_id, User.disabled_at.is_(None)
        )
        people = (await session.scalars(own.order_by(User.display_name, User.id))).all()
    return visit.page(
        "safety/advisers.html",
        status,
        held=[(str(row.id), user.display_name, row.kind) for row, user in held],
        people=[(str(each.id), each.display_name) for each in people],
        ask=ask,
        done=done,
        fault=fault,
    )
