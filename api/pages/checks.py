"""The home suitability check: the questions, the answers to look over, and handing it in."""

from __future__ import annotations

from uuid import UUID, uuid4

from fastapi import APIRouter
from starlette.responses import Response

from api.commanding import Asked, ask
from api.forms.reading import ABOUT_DANGER, Filled, as_sent
from api.pages.visiting import Visit, Visitor
from api.presenters.checks import MOST_NOTE, CheckPage, present, read_answers, read_danger
from api.presenters.forms import confirms, error_list
from api.presenters.worklist import full_name
from api.reading import cases
from api.refusals import Contradicted
from discharge.cases.commands import CompleteCheck
from discharge.cases.model import Case
from discharge.cases.stages import may_ask
from discharge.errors import HomewardError
from housing_checks.checks.form import form_in_force, form_of
from housing_checks.checks.model import CheckForm

router = APIRouter(prefix="/cases", include_in_schema=False)

KIND = "complete-check"


@router.get("/{case_id}/check")
async def show(visit: Visitor, case_id: UUID) -> Response:
    """The questions; those answered before are answered already."""
    case, name = await _prepare(visit, case_id)
    form = _form(case, visit)
    known = dict(case.check.answers) if case.check else {}
    known |= {code: item.value for code, item in case.gate.items()}
    kept = await visit.kept_form()
    answers, notes, _ = read_answers(form, kept) if kept else ({}, {}, {})
    return _page(visit, present(form, case, name, known | answers, notes, {}))


@router.post("/{case_id}/check")
async def look_over(visit: Visitor, case_id: UUID) -> Response:
    """The answers to look over before they are handed in; a question left open comes back."""
    sent = await visit.form()
    case, name = await _prepare(visit, case_id)
    form = _form(case, visit)
    answers, notes, faults = read_answers(form, sent)
    view = present(form, case, name, answers, notes, faults, read_danger(form, sent))
    if faults or sent.get("change"):
        return _page(visit, view, 422 if faults else 200)
    return _answers_page(visit, view, Filled())


@router.post("/{case_id}/check/hand-in")
async def hand_in(visit: Visitor, case_id: UUID) -> Response:
    """Hand the check in."""
    sent = await visit.form()
    case, name = await _prepare(visit, case_id)
    form = _form(case, visit)
    answers, notes, faults = read_answers(form, sent)
    if faults:
        view = present(form, case, name, answers, notes, faults, read_danger(form, sent))
        return _page(visit, view, 422)
    seen = str(sent.get("seen_version", ""))
    filled = Filled(
        typed={"note": str(sent.get("note", "")).strip()[:MOST_NOTE]},
        confirmed=tuple(str(code) for code in sent.getlist("confirm")),
    )
    asked = Asked(
        case_id=case_id,
        command=CompleteCheck(form=form.code, answers=answers),
        effective_on=visit.today,
        as_sent=as_sent(sent),
        note=filled.typed["note"] or None,
        item_notes=notes,
        about_danger=bool(sent.get(ABOUT_DANGER)),
        danger_items=read_danger(form, sent),
        seen_version=int(seen) if seen.isdecimal() else None,
        key=str(sent.get("key", "")) or None,
        confirm=filled.confirmed,
    )
    try:
        outcome = await ask(visit.services, visit.caller, asked)
    except Contradicted as error:
        filled.ask(error)
        view = present(form, case, name, answers, notes, {}, read_danger(form, sent))
        return _answers_page(visit, view, filled, error.row.http)
    done = f"/cases/{case_id}?done=check"
    return visit.to(done if outcome.answer else f"/requests/{outcome.command_id}")


async def _prepare(visit: Visit, case_id: UUID) -> tuple[Case, str]:
    visit.caller.require(KIND)
    async with visit.services.begin(visit.caller) as session:
        found = await cases.read_case(session, visit.caller, case_id, "home check")
    visit.caller.require_on(found.case, KIND)
    if not may_ask(found.case, KIND):
        raise HomewardError("stage-not-allowed", detail=found.case.stage.value)
    return found.case, full_name(found.person.family_name, found.person.given_name)


def _form(case: Case, visit: Visit) -> CheckForm:
    """The form of the check that was begun, else the one in force today."""
    begun = case.check is not None and case.check.completed_on is None
    return form_of(case.check.form) if begun and case.check else form_in_force(visit.today)


def _answers_page(visit: Visit, view: CheckPage, filled: Filled, status: int = 200) -> Response:
    return visit.page(
        "check_answers.html",
        status,
        view=view,
        key=str(uuid4()),
        confirms=confirms(filled),
        errors=error_list(filled),
        note=filled.typed.get("note", ""),
    )


def _page(visit: Visit, view: CheckPage, status: int = 200) -> Response:
    return visit.page("check.html", status, view=view)
