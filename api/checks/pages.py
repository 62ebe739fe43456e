"""The home suitability check on one long page: the questions, the answers to look over, and handing it in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from uuid import UUID, uuid4

from fastapi import APIRouter
from sqlalchemy import select
from starlette.datastructures import FormData
from starlette.responses import Response

from api.cases import queries as case_queries
from api.checks.submission import Submission, answer_field, read_submission, refused_faults
from api.checks.views import CheckPage, error_line, present
from api.commands.asked import AskedCommand
from api.commands.pages import done_href
from api.commands.service import ask
from api.forms.submission import ABOUT_DANGER, CHANGED_SINCE, Fault, Filled, as_sent, note_fault, seen_of
from api.forms.views import confirms, error_list
from api.web.page import words
from api.web.page.visit import Visit, Visitor
from api.web.refusals import CaseChanged, Contradicted
from discharge.cases.command_stages import require_may_ask
from discharge.cases.commands import CompleteCheck, SaveAnswers
from discharge.cases.model import Case
from discharge.errors import HomewardError
from discharge.store.tables import NoteRow
from housing_checks.checks.answer_types import WRITTEN
from housing_checks.checks.answers import answers_standing
from housing_checks.checks.form import form_in_force, form_of
from housing_checks.checks.model import CheckForm

router = APIRouter(prefix="/cases", include_in_schema=False)

KIND = "complete-check"


@router.get("/{case_id}/check/all")
async def show(visit: Visitor, case_id: UUID) -> Response:
    """The questions; those answered before are answered already."""
    case, name = await _prepare(visit, case_id)
    form = _form(case, visit)
    kept = await visit.kept_form()
    if kept is None:
        return _page(visit, present(form, case, name, _standing(case, await _words(visit, case))))
    sent, before = read_submission(form, kept, case), _standing(case, {})
    sent = replace(sent, answers=before.answers | sent.answers, known=sent.known or before.known, faults={})
    return _page(visit, present(form, case, name, sent, seen=seen_of(kept)))


def _standing(case: Case, words: Mapping[str, str]) -> Submission:
    """What was answered before; answers in words of a check that is done begin anew where the visitor may not
    read them.
    """
    answers = answers_standing(case)
    if case.check is not None and case.check.completed_on is not None:
        answers = {code: value for code, value in answers.items() if value != WRITTEN or code in words}
    return Submission(
        answers=answers,
        notes=dict(words),
        known=_known_before(case),
    )


@router.post("/{case_id}/check/all")
async def look_over(visit: Visitor, case_id: UUID) -> Response:
    """The answers to look over before they are handed in; a question left open comes back."""
    read = await _read(visit, case_id)
    if read.sent.faults or read.form_data.get("change"):
        return _page(visit, read.view(), 422 if read.sent.faults else 200)
    return _answers_page(visit, read.view(), Filled())


@router.post("/{case_id}/check/all/hand-in")
async def hand_in(visit: Visitor, case_id: UUID) -> Response:
    """Submit the check. Where others answered the same items otherwise since, the questions come back."""
    read = await _read(visit, case_id)
    filled = _filled(read.form_data)
    if read.sent.faults:
        return _page(visit, read.view(), 422)
    if filled.faults:
        return _answers_page(visit, read.view(), filled, 422)
    command = CompleteCheck(form=read.form.code, answers=read.sent.answers, evidence=read.sent.evidence)
    return await _ask(read, filled, command, lambda status: _answers_page(visit, read.view(), filled, status))


@router.post("/{case_id}/check/all/save")
async def save(visit: Visitor, case_id: UUID) -> Response:
    """Keep what is answered so far: somebody goes on with it later."""
    read = await _read(visit, case_id)
    filled, wrong = _filled(read.form_data), read.sent.wrong
    if not read.sent.answers and not wrong:
        wrong = {answer_field(read.form.items[0]): "Answer at least one question, then save"}
    if wrong or filled.faults:
        return _page(visit, _confirming(read.view(wrong), filled), 422)
    command = SaveAnswers(form=read.form.code, answers=read.sent.answers, evidence=read.sent.evidence)
    return await _ask(
        read, filled, command, lambda status: _page(visit, _confirming(read.view({}), filled), status)
    )


def _confirming(view: CheckPage, filled: Filled) -> CheckPage:
    """The page with what is asked about its answers, and the note that answers it."""
    return replace(
        view,
        errors=(*view.errors, *error_list(filled)),
        confirms=tuple(confirms(filled)),
        note=filled.typed.get("note", ""),
        note_fault=filled.fault("note"),
        about_danger=bool(filled.typed.get(ABOUT_DANGER)),
    )


@dataclass(frozen=True)
class _Read:
    """What somebody sent of the check of a case, read by its form."""

    visit: Visit
    case: Case
    name: str
    form: CheckForm
    form_data: FormData
    sent: Submission

    def view(self, faults: Mapping[str, str] | None = None) -> CheckPage:
        """The questions with what was sent, and what is wrong with it: everything, or these faults."""
        sent = self.sent if faults is None else replace(self.sent, faults=dict(faults))
        return present(self.form, self.case, self.name, sent, seen=seen_of(self.form_data))


async def _read(visit: Visit, case_id: UUID) -> _Read:
    data = await visit.form()
    case, name = await _prepare(visit, case_id)
    form = _form(case, visit)
    return _Read(visit, case, name, form, data, read_submission(form, data, case))


async def _ask(
    read: _Read,
    filled: Filled,
    command: SaveAnswers | CompleteCheck,
    confirm: Callable[[int], Response],
) -> Response:
    """Have it done; `confirm` makes the page that asks whether contradictions are meant, with its status.
    What is refused otherwise comes back with the questions, each fault at its field.
    """
    visit = read.visit
    asked = _asked(read, filled, command, await _words(visit, read.case, under_way=True))
    try:
        outcome = await ask(visit.services, visit.caller, asked)
    except Contradicted as error:
        filled.ask(error)
        return confirm(error.row.http)
    except CaseChanged as error:
        return _again(await _read(visit, read.case.case_id), error)
    except HomewardError as error:
        if error.row.http >= 500 or error.code in ELSEWHERE:
            raise
        view = read.view(refused_faults(read.form, error))
        return _page(visit, _confirming(view, filled), error.row.http)
    if outcome.answer is None:
        return visit.to(f"/requests/{outcome.command_id}")
    return visit.to(await done_href(visit, asked, outcome, _done(read.case, command)))


def _done(case: Case, command: SaveAnswers | CompleteCheck) -> str:
    """What the case says was done: the check is completed once, by handing it in."""
    complete = case.check is not None and case.check.completed_on is not None
    return "check" if isinstance(command, CompleteCheck) and not complete else "answers"


ELSEWHERE = frozenset({"not-found", "role-not-allowed", "part-not-allowed"})
"""Refusals that no answer of the form can put right."""


async def _words(visit: Visit, case: Case, *, under_way: bool = False) -> dict[str, str]:
    """The words of answers in words that the visitor may read; of the check under way only, where asked."""
    check = case.check
    if check is None or (under_way and check.completed_on is not None):
        return {}
    held = {answer.note_id: code for code, answer in check.given.items() if answer.note_id is not None}
    if not held:
        return {}
    async with visit.services.begin(visit.caller) as session:
        standing = (NoteRow.id.in_(held), NoteRow.withdrawn_at.is_(None))
        rows = await session.scalars(select(NoteRow).where(*standing))
        return {held[row.id]: row.text for row in rows}


def _known_before(case: Case) -> dict[str, str]:
    given = case.check.given if case.check is not None else {}
    return {code: answer.evidence for code, answer in given.items() if answer.evidence}


def _filled(sent: FormData) -> Filled:
    """What stands beside the answers: the note, and contradictions that are confirmed."""
    note = str(sent.get("note", "")).strip()
    words = note_fault(sent, note)
    return Filled(
        typed={"note": note, ABOUT_DANGER: str(sent.get(ABOUT_DANGER, ""))},
        faults=[Fault("note", words)] if words else [],
        confirmed=tuple(str(code) for code in sent.getlist("confirm")),
        seen=seen_of(sent),
    )


def _asked(
    read: _Read, filled: Filled, command: SaveAnswers | CompleteCheck, words: Mapping[str, str]
) -> AskedCommand:
    """What is asked; an answer in words that says what it said before comes without them, and stays."""
    danger, data = read.sent.danger, read.form_data
    notes = {
        code: text for code, text in read.sent.notes.items() if code in danger or text != words.get(code)
    }
    return AskedCommand(
        case_id=read.case.case_id,
        command=command,
        effective_on=read.visit.today,
        as_sent=as_sent(data),
        note=filled.typed["note"] or None,
        item_notes=notes,
        about_danger=bool(data.get(ABOUT_DANGER)),
        danger_items=danger & {code for code, text in notes.items() if text.strip()},
        seen_version=filled.seen,
        key=str(data.get("key", "")) or None,
        confirm=filled.confirmed,
    )


def _again(read: _Read, error: CaseChanged) -> Response:
    """The questions with what was answered, what others changed, and their answers where nothing was said."""
    followed = {code: answer for code, answer in answers_standing(read.case).items() if code in error.left}
    read = replace(read, sent=replace(read.sent, answers=read.sent.answers | followed))
    view = replace(read.view({}), version=error.changes.version, changes=error.changes)
    words = error_line(CHANGED_SINCE, f"{error.row.title}. {error.row.words}")
    return _page(read.visit, replace(view, errors=(words,)), error.row.http)


async def _prepare(visit: Visit, case_id: UUID) -> tuple[Case, str]:
    visit.caller.require(KIND)
    async with visit.services.begin(visit.caller) as session:
        found = await case_queries.read_case(session, visit.caller, case_id, "home check")
    visit.caller.require_on(found.case, KIND)
    require_may_ask(found.case, KIND)
    return found.case, words.full_name(found.person.family_name, found.person.given_name)


def _form(case: Case, visit: Visit) -> CheckForm:
    """The form of the check that was begun, else the one in force today."""
    return form_of(case.check.form) if case.check is not None else form_in_force(visit.today)


def _answers_page(visit: Visit, view: CheckPage, filled: Filled, status: int = 200) -> Response:
    return visit.page("checks/check_answers.html", status, view=_confirming(view, filled), key=str(uuid4()))


def _page(visit: Visit, view: CheckPage, status: int = 200) -> Response:
    return visit.page("checks/check.html", status, view=view)
