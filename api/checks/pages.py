"""The home suitability check: the questions, the answers to look over, and handing it in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from uuid import UUID, uuid4

from fastapi import APIRouter
from sqlalchemy import select
from starlette.datastructures import FormData
from starlette.responses import Response

from api.cases import queries as case_queries
from api.checks.views import MOST_NOTE, CheckPage, present, read_answers, read_danger, read_known
from api.commands.pages import done_href
from api.commands.service import AskedCommand, ask
from api.forms.submission import ABOUT_DANGER, CHANGED_SINCE, Filled, as_sent, seen_of
from api.forms.views import confirms, error_list
from api.web.page import words
from api.web.page.visit import Visit, Visitor
from api.web.refusals import CaseChanged, Contradicted
from discharge.cases.command_stages import require_may_ask
from discharge.cases.commands import CompleteCheck, SaveAnswers
from discharge.cases.model import Case
from discharge.store.tables import NoteRow
from discharge.store.tables.persons import DANGER
from housing_checks.checks.answer_types import WRITTEN
from housing_checks.checks.answers import answers_standing
from housing_checks.checks.form import form_in_force, form_of
from housing_checks.checks.model import CheckForm

router = APIRouter(prefix="/cases", include_in_schema=False)

KIND = "complete-check"


@router.get("/{case_id}/check")
async def show(visit: Visitor, case_id: UUID) -> Response:
    """The questions; those answered before are answered already."""
    case, name = await _prepare(visit, case_id)
    form = _form(case, visit)
    kept, known = await visit.kept_form(), answers_standing(case)
    words = {} if kept else await _words(visit, case)
    danger = (
        read_danger(form, kept) if kept else frozenset(code for code, each in words.items() if each.danger)
    )
    before = {code: each.text for code, each in words.items()}
    answers, notes, _ = read_answers(form, kept, case) if kept else ({}, before, {})
    seen = seen_of(kept) if kept else None
    if case.check is not None and case.check.completed_on is not None:
        known = {code: value for code, value in known.items() if value != WRITTEN or code in notes}
    how = (read_known(form, kept) if kept else {}) or _known_before(case)
    return _page(visit, present(form, case, name, known | answers, notes, {}, danger, known=how, seen=seen))


@router.post("/{case_id}/check")
async def look_over(visit: Visitor, case_id: UUID) -> Response:
    """The answers to look over before they are handed in; a question left open comes back."""
    read = await _read(visit, case_id)
    if read.faults or read.sent.get("change"):
        return _page(visit, read.view(read.faults), 422 if read.faults else 200)
    return _answers_page(visit, read.view({}), Filled())


@router.post("/{case_id}/check/hand-in")
async def hand_in(visit: Visitor, case_id: UUID) -> Response:
    """Submit the check. Where others answered the same items otherwise since, the questions come back."""
    read = await _read(visit, case_id)
    if read.faults:
        return _page(visit, read.view(read.faults), 422)
    command = CompleteCheck(form=read.form.code, answers=read.answers, evidence=read.evidence)
    return await _ask(
        read, command, lambda filled, status: _answers_page(visit, read.view({}), filled, status)
    )


@router.post("/{case_id}/check/save")
async def save(visit: Visitor, case_id: UUID) -> Response:
    """Keep what is answered so far: somebody goes on with it later."""
    read = await _read(visit, case_id)
    wrong = {code: words for code, words in read.faults.items() if read.sent.get(code)}
    if wrong or not read.answers:
        faults = wrong or {read.form.codes[0]: "Answer at least one question, then save"}
        return _page(visit, read.view(faults), 422)

    def confirm(filled: Filled, status: int) -> Response:
        more = replace(read.view({}), confirms=tuple(confirms(filled)), note=filled.typed["note"])
        return _page(visit, replace(more, errors=tuple(error_list(filled))), status)

    command = SaveAnswers(form=read.form.code, answers=read.answers, evidence=read.evidence)
    return await _ask(read, command, confirm)


@dataclass(frozen=True)
class _Read:
    """What somebody sent of the check of a case, read by its form."""

    visit: Visit
    case: Case
    name: str
    form: CheckForm
    sent: FormData
    answers: dict[str, str]
    notes: dict[str, str]
    faults: dict[str, str]

    @property
    def danger(self) -> frozenset[str]:
        """The items whose note speaks of abuse or danger."""
        return read_danger(self.form, self.sent)

    @property
    def evidence(self) -> dict[str, str]:
        """How each answer is known."""
        known = read_known(self.form, self.sent)
        return {code: kind for code, kind in known.items() if code in self.answers}

    def view(self, faults: Mapping[str, str]) -> CheckPage:
        """The questions with what was sent, and what is wrong with it."""
        return present(
            self.form, self.case, self.name, self.answers, self.notes, faults, self.danger,
            known=read_known(self.form, self.sent), seen=seen_of(self.sent),
        )  # fmt: skip


async def _read(visit: Visit, case_id: UUID) -> _Read:
    sent = await visit.form()
    case, name = await _prepare(visit, case_id)
    form = _form(case, visit)
    return _Read(visit, case, name, form, sent, *read_answers(form, sent, case))


async def _ask(
    read: _Read, command: SaveAnswers | CompleteCheck, confirm: Callable[[Filled, int], Response]
) -> Response:
    """Have it done; `confirm` makes the page that asks whether contradictions are meant, with its status."""
    visit, filled = read.visit, _filled(read.sent)
    asked = _asked(read, filled, command, await _words(visit, read.case, under_way=True))
    try:
        outcome = await ask(visit.services, visit.caller, asked)
    except Contradicted as error:
        filled.ask(error)
        return confirm(filled, error.row.http)
    except CaseChanged as error:
        return _again(await _read(visit, read.case.case_id), error)
    if outcome.answer is None:
        return visit.to(f"/requests/{outcome.command_id}")
    return visit.to(await done_href(visit, asked, outcome, "check"))


@dataclass(frozen=True, slots=True)
class _Words:
    """An answer in words, and whether it speaks of abuse or danger."""

    text: str
    danger: bool


async def _words(visit: Visit, case: Case, *, under_way: bool = False) -> dict[str, _Words]:
    """The words of answers in words that the visitor may read; of the check under way only, where asked."""
    check = case.check
    if check is None or (under_way and check.completed_on is not None):
        return {}
    held = {answer.note_id: code for code, answer in check.given.items() if answer.note_id is not None}
    if not held:
        return {}
    async with visit.services.begin(visit.caller) as session:
        rows = await session.scalars(select(NoteRow).where(NoteRow.id.in_(held)))
        return {held[row.id]: _Words(row.text, row.sensitivity == DANGER) for row in rows}


def _known_before(case: Case) -> dict[str, str]:
    given = case.check.given if case.check is not None else {}
    return {code: answer.evidence for code, answer in given.items() if answer.evidence}


def _filled(sent: FormData) -> Filled:
    """What stands beside the answers: the note, and contradictions that are confirmed."""
    return Filled(
        typed={"note": str(sent.get("note", "")).strip()[:MOST_NOTE]},
        confirmed=tuple(str(code) for code in sent.getlist("confirm")),
        seen=seen_of(sent),
    )


def _asked(
    read: _Read, filled: Filled, command: SaveAnswers | CompleteCheck, words: Mapping[str, _Words]
) -> AskedCommand:
    """What is asked; an answer in words that says what it said before comes without them, and stays."""
    danger = read.danger
    kept = {code for code, each in words.items() if each == _Words(read.notes.get(code, ""), code in danger)}
    notes = {code: text for code, text in read.notes.items() if code not in kept}
    return AskedCommand(
        case_id=read.case.case_id,
        command=command,
        effective_on=read.visit.today,
        as_sent=as_sent(read.sent),
        note=filled.typed["note"] or None,
        item_notes=notes,
        about_danger=bool(read.sent.get(ABOUT_DANGER)),
        danger_items=danger & {code for code, text in notes.items() if text.strip()},
        seen_version=filled.seen,
        key=str(read.sent.get("key", "")) or None,
        confirm=filled.confirmed,
    )


def _again(read: _Read, error: CaseChanged) -> Response:
    """The questions with what was answered, what others changed, and their answers where nothing was said."""
    followed = {code: answer for code, answer in answers_standing(read.case).items() if code in error.left}
    read = replace(read, answers=read.answers | followed)
    view = replace(read.view({}), version=error.changes.version, changes=error.changes)
    words = {"text": f"{error.row.title}. {error.row.words}", "href": f"#{CHANGED_SINCE}"}
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
    begun = case.check is not None and case.check.completed_on is None
    return form_of(case.check.form) if begun and case.check else form_in_force(visit.today)


def _answers_page(visit: Visit, view: CheckPage, filled: Filled, status: int = 200) -> Response:
    return visit.page(
        "checks/check_answers.html",
        status,
        view=view,
        key=str(uuid4()),
        confirms=confirms(filled),
        errors=error_list(filled),
        note=filled.typed.get("note", ""),
    )


def _page(visit: Visit, view: CheckPage, status: int = 200) -> Response:
    return visit.page("checks/check.html", status, view=view)
