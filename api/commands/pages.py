"""A form for each kind of command, what becomes of it, and what was refused after it was taken."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID, uuid4

from fastapi import APIRouter
from starlette.datastructures import FormData
from starlette.responses import Response

from api.cases import queries as case_queries
from api.cases.summary import home_words
from api.commands import views
from api.commands.asked import AskedCommand, Outcome
from api.commands.kinds import read_command
from api.commands.service import ask, others_changed
from api.forms.definitions import FORMS, shape
from api.forms.model import Around, CommandForm
from api.forms.submission import Filled, as_sent, faults_of, fill_again, note_of, read_form
from api.forms.views import first_question, present
from api.homes.queries import homes as read_homes
from api.web import names
from api.web.page import words
from api.web.page.visit import Visit, Visitor
from api.web.refusals import CaseChanged, Contradicted
from discharge.cases.command_stages import require_may_ask
from discharge.errors import HomewardError
from discharge.store import commands as store

router = APIRouter(include_in_schema=False)

NEEDS_HOMES = frozenset({"offer-property", "answer-offer"})


@router.get("/cases/{case_id}/do/{kind}")
async def show(visit: Visitor, case_id: UUID, kind: str) -> Response:
    """The form of a kind of command; a choice named in the address is chosen already."""
    form, around, name = await _prepare(visit, case_id, kind, visit.request.query_params)
    kept = await visit.kept_form()
    if form.first and not kept and not around.chosen:
        return visit.page("commands/first.html", view=first_question(form, around, name))
    chosen = fill_again(form, kept, around) if kept else Filled(typed=dict(visit.request.query_params))
    return _form_page(visit, form, around, name, chosen, str(uuid4()))


@router.post("/cases/{case_id}/do/{kind}")
async def submit(visit: Visitor, case_id: UUID, kind: str) -> Response:
    """Ask it. Refused, the form comes back with what was typed and why."""
    sent = await visit.form()
    form, around, name = await _prepare(visit, case_id, kind, sent)
    filled = read_form(form, sent, around)
    filled.typed["note"] = str(sent.get("note", ""))
    filled.confirmed = tuple(str(code) for code in sent.getlist("confirm"))
    key = str(sent.get("key", "")) or str(uuid4())
    if not filled.faults:
        try:
            asked = _asked(visit, form, around, filled, sent, key)
            outcome = await ask(visit.services, visit.caller, asked)
        except HomewardError as error:
            if error.row.http >= 500 or error.code in ("not-found", "role-not-allowed"):
                raise
            if isinstance(error, Contradicted):
                filled.ask(error)
            elif isinstance(error, CaseChanged):
                filled.meet(error, faults_of(error, form))
                form, around, name = await _prepare(visit, case_id, kind, sent)
            else:
                filled.faults += faults_of(error, form)
            # A refused command keeps its key; the corrected one is another command.
            return _form_page(visit, form, around, name, filled, str(uuid4()), error.row.http)
        if outcome.answer is None:
            return visit.to(f"/requests/{outcome.command_id}")
        return visit.to(await done_href(visit, asked, outcome, kind))
    return _form_page(visit, form, around, name, filled, key, 422)


async def done_href(visit: Visit, asked: AskedCommand, outcome: Outcome, kind: str) -> str:
    """The case after a save; where others changed it meanwhile, the page says what."""
    changes = await others_changed(visit.services, visit.caller, asked, outcome)
    meanwhile = f"&seen={asked.seen_version}" if changes and changes.rows else ""
    return f"/cases/{asked.case_id}?done={kind}{meanwhile}"


async def _prepare(
    visit: Visit, case_id: UUID, kind: str, said: Mapping[str, Any]
) -> tuple[CommandForm, Around, str]:
    form = FORMS.get(kind)
    if form is None:
        raise HomewardError("not-found")
    visit.caller.require(kind)
    async with visit.services.begin(visit.caller) as session:
        found = await case_queries.read_case(session, visit.caller, case_id, f"form {kind}")
        known = await names.directory(session)
        homes = await read_homes(session) if kind in NEEDS_HOMES else []
    visit.caller.require_on(found.case, kind)
    require_may_ask(found.case, kind)
    around = Around(
        found.case,
        visit.today,
        known,
        visit.caller.organisation_id,
        homes,
        home_words(found),
        visit.caller.role,
        str(said.get(form.first, "")) if form.first else "",
    )
    return form, around, words.full_name(found.person.family_name, found.person.given_name)


def _asked(
    visit: Visit, form: CommandForm, around: Around, filled: Filled, sent: FormData, key: str
) -> AskedCommand:
    effective = filled.fields.pop("effective_on", visit.today.isoformat())
    body: dict[str, Any] = shape(form.kind, dict(filled.fields), around)
    command, beside = read_command({"kind": form.kind, "effective_on": effective, **body})
    note, about_danger = note_of(sent)
    return AskedCommand(
        case_id=around.case.case_id,
        command=command,
        effective_on=beside.effective_on or visit.today,
        as_sent=as_sent(sent),
        decided_by=beside.decided_by,
        note=note,
        about_danger=about_danger,
        seen_version=filled.seen,
        key=key,
        confirm=filled.confirmed,
    )


def _form_page(
    visit: Visit,
    form: CommandForm,
    around: Around,
    name: str,
    filled: Filled,
    key: str,
    status: int = 200,
) -> Response:
    view = present(form, around, name, filled, key)
    return visit.page("commands/command.html", status, view=view)


@router.get("/requests")
async def late(visit: Visitor) -> Response:
    """What was taken, answered too late to be told, and refused; for whoever asked and their team."""
    visit.caller.require("command.read")
    async with visit.services.begin(visit.caller) as session:
        refused = await case_queries.late_refusals(session, visit.caller)
        waiting = await case_queries.waiting_commands(session, visit.caller)
    view = views.present(refused, waiting, visit.clock)
    return visit.page("commands/requests.html", view=view)


@router.get("/requests/{command_id}")
async def status(visit: Visitor, command_id: UUID) -> Response:
    """What became of one request; while it is only taken, the page says so."""
    visit.caller.require("command.read")
    async with visit.services.begin(visit.caller) as session:
        row = await case_queries.command_of(session, command_id)
        notes = (await case_queries.notes_of(session, row.case_id)).get(command_id, ())
        known = await names.directory(session)
    return visit.page("commands/request.html", view=views.line(row, visit.clock, notes, known))


@router.post("/requests/{command_id}/seen")
async def seen(visit: Visitor, command_id: UUID) -> Response:
    """The refusal was seen: it leaves the list."""
    await visit.form()
    async with visit.services.begin(visit.caller) as session:
        await case_queries.command_of(session, command_id)
        await store.acknowledge(session, command_id)
    return visit.to("/requests")
