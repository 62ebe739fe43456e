"""A check taken along on a device: the page, what is kept there, and answers that come back one by one.

The page works without signal once it was open with it: a service worker keeps the page and its scripts, which
hold nothing about anybody. What is about somebody is kept by `static/offline/vault.js`, encrypted.
"""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ValidationError
from starlette.datastructures import FormData
from starlette.responses import FileResponse, JSONResponse, Response

from api.cases import queries as case_queries
from api.cases.queries import CaseFile
from api.commands.asked import AskedCommand, Outcome
from api.commands.service import ask
from api.offline_checks import views
from api.offline_checks.schemas import Asked, Became, DeviceSession, OfflineAnswer
from api.web import names
from api.web.page.templates_environment import API, Frame, page
from api.web.page.visit import Visit, Visitor
from api.web.refusals import CaseChanged, Contradicted
from discharge.cases.command_stages import require_may_ask
from discharge.cases.commands import AddNote, ConfirmItem, SaveAnswers
from discharge.cases.model import Case
from discharge.clocks import london_date
from discharge.codes.model import not_listed
from discharge.errors import HomewardError
from discharge.store.changes import case_at
from housing_checks.checks.form import form_in_force, form_of
from housing_checks.checks.former_building import moved_to
from housing_checks.checks.model import CheckForm, CheckItem
from housing_checks.checks.taken_along import kept_offline

router = APIRouter(include_in_schema=False)

KIND = "save-answers"
WORKER = API / "static" / "offline" / "worker.js"
NOT_OF_THE_ANSWER = frozenset({"form_token", "seconds_ago"})
"""Fields that differ each time the same answer is sent."""
ELSEWHERE = frozenset({"not-found", "role-not-allowed", "part-not-allowed", "form-expired"})
"""Refusals that no other answer can put right."""


@router.get("/offline")
async def shell() -> Response:
    """The page as it is kept on a device: about nobody, for whoever opens it."""
    return page(Frame(), "offline_checks/offline_check.html")


@router.get("/offline-worker.js")
async def worker() -> Response:
    """The service worker; at the top of the site, because it serves a page without signal at any address."""
    return FileResponse(WORKER, media_type="text/javascript")


@router.get("/offline/session")
async def device_session(visit: Visitor) -> Response:
    """Whose browser it is by now, before anything is sent."""
    return _json(DeviceSession(owner=visit.frame.owner, form_token=visit.frame.form_token))


@router.get("/cases/{case_id}/check/offline")
async def show(visit: Visitor, case_id: UUID) -> Response:
    """The page on which a check is taken along, answered and sent."""
    await _read(visit, case_id, "home check, page to take it along")
    return visit.page("offline_checks/offline_check.html")


@router.get("/cases/{case_id}/check/offline/content")
async def content(visit: Visitor, case_id: UUID) -> Response:
    """What is kept on the device. The look is noted as such."""
    found = await _read(visit, case_id, "home check, taken along on a device")
    return _json(views.present(found, _form(found.case, visit.today), visit.today))


@router.post("/cases/{case_id}/check/offline/answers")
async def send(visit: Visitor, case_id: UUID) -> Response:
    """One answer that was given on the device. Sent again under its key it is the same answer."""
    data = await visit.form()
    try:
        found = await _read(visit, case_id, "home check, answers from a device")
        answer = _answer(data)
        outcome = await ask(visit.services, visit.caller, await _asked(visit, found.case, answer, data))
    except Contradicted as error:
        asked = [Asked(code=each.code, question=each.question) for each in error.questions]
        return _json(Became(outcome="question", questions=asked), error.row.http)
    except HomewardError as error:
        if error.row.http >= 500 or error.row.retryable or error.code in ELSEWHERE:
            raise
        if isinstance(error, CaseChanged) and error.code == "case-changed":
            return _json(await _conflict(visit, case_id, answer, error), error.row.http)
        if error.code == "item-not-asked":
            return _json(await _not_asked(visit, case_id, answer, error), error.row.http)
        return _json(_refused(error), error.row.http)
    return _json(_done(outcome), 200 if outcome.answer else 202)


async def _read(visit: Visit, case_id: UUID, what: str) -> CaseFile:
    visit.caller.require(KIND)
    async with visit.services.begin(visit.caller) as session:
        found = await case_queries.read_case(session, visit.caller, case_id, what)
    visit.caller.require_on(found.case, KIND)
    require_may_ask(found.case, KIND)
    return found


def _form(case: Case, today: date) -> CheckForm:
    """The form of the check that the case has; where it has none, the one in force."""
    return form_of(case.check.form) if case.check is not None else form_in_force(today)


def _answer(data: FormData) -> OfflineAnswer:
    sent = {name: str(value) for name, value in data.items() if name not in ("form_token", "confirm")}
    try:
        return OfflineAnswer.model_validate(sent | {"confirm": tuple(map(str, data.getlist("confirm")))})
    except ValidationError as error:
        places = sorted({".".join(map(str, each["loc"])) for each in error.errors()})
        raise HomewardError("invalid-body", detail=", ".join(places), where="answer") from None


async def _asked(visit: Visit, case: Case, answer: OfflineAnswer, data: FormData) -> AskedCommand:
    """The command that records it: of a case without a check it begins one, on the form that was taken."""
    form = _form(case, visit.today)
    offline = tuple(each.code for each in kept_offline(form))
    if answer.item not in offline:
        raise not_listed("check-items", answer.item, offline, "item")
    if answer.as_note:
        return _note(visit, case, form.item(answer.item), answer, data)
    evidence, told_by = answer.known(form.item(answer.item))
    through = answer.through or None
    command: ConfirmItem | SaveAnswers = ConfirmItem(
        item=answer.item, value=answer.value, evidence=evidence, told_by=told_by, through=through
    )
    if case.check is None:
        known = {answer.item: evidence} if evidence else {}
        said = {answer.item: answer.value}
        command = SaveAnswers(
            form=answer.form, answers=said, evidence=known, told_by=told_by, through=through
        )
    return AskedCommand(
        case_id=case.case_id,
        command=command,
        effective_on=_seen_on(visit, answer),
        as_sent=_as_sent(data),
        item_notes={answer.item: answer.note} if answer.note.strip() else {},
        seen_version=answer.seen_version,
        key=str(answer.key),
        confirm=answer.confirm,
    )


def _note(visit: Visit, case: Case, item: CheckItem, answer: OfflineAnswer, data: FormData) -> AskedCommand:
    """What was seen of a question that is not asked any more, kept as a note on the case."""
    said = ". ".join(filter(None, (f"{item.label}: {item.words(answer.value)}", answer.note.strip())))
    return AskedCommand(
        case_id=case.case_id,
        command=AddNote(),
        effective_on=_seen_on(visit, answer),
        as_sent=_as_sent(data),
        note=f"Home check, not asked any more. {said}",
        key=str(answer.key),
    )


def _seen_on(visit: Visit, answer: OfflineAnswer) -> date:
    """The day in case time on which it was seen."""
    at = visit.services.now() - timedelta(seconds=answer.seconds_ago)
    return london_date(visit.clock.case_time(at))


def _as_sent(data: FormData) -> list[tuple[str, str]]:
    return sorted((name, str(value)) for name, value in data.multi_items() if name not in NOT_OF_THE_ANSWER)


async def _conflict(visit: Visit, case_id: UUID, answer: OfflineAnswer, error: CaseChanged) -> Became:
    """Somebody else answered it meanwhile: both answers, for a person to decide."""
    async with visit.services.begin(visit.caller) as session:
        found = await case_queries.read_case(session, visit.caller, case_id, "home check, answered by others")
        known = await names.directory(session)
    form = _form(found.case, visit.today)
    moved = await _moved(visit, found.case, answer)
    theirs = views.theirs(found.case, form, answer.item, known, moved)
    return Became(outcome="conflict", title=error.row.title, words=error.row.words, theirs=theirs)


async def _moved(visit: Visit, case: Case, answer: OfflineAnswer) -> str:
    """Where the person goes by now, where what was seen may be about a building to which they went then."""
    if answer.as_note or answer.seen_version >= case.version:
        return ""
    async with visit.services.begin(visit.caller) as session:
        then = await case_at(session, case.case_id, answer.seen_version)
    return moved_to(then, case, answer.item)


async def _not_asked(visit: Visit, case_id: UUID, answer: OfflineAnswer, error: HomewardError) -> Became:
    """An answer meanwhile leaves the question out: whose, and what it says. Ours can be kept as a note."""
    async with visit.services.begin(visit.caller) as session:
        found = await case_queries.read_case(session, visit.caller, case_id, "home check, answered by others")
        known = await names.directory(session)
    form = _form(found.case, visit.today)
    said = views.left_out_words(found.case, form, answer.item, known)
    return Became(outcome="refused", title=error.row.title, words=said, not_asked=True)


def _refused(error: HomewardError) -> Became:
    return Became(outcome="refused", title=error.row.title, words=error.row.words)


def _done(outcome: Outcome) -> Became:
    if outcome.answer is None:
        return Became(outcome="taken")
    return Became(outcome="accepted", version=outcome.answer.version)


def _json(body: BaseModel, status: int = 200) -> Response:
    return JSONResponse(body.model_dump(mode="json"), status)
