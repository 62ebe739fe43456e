"""One item of the check on a page of its own: answered and saved at once, at any stage, and settled."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Annotated
from uuid import UUID, uuid4

from fastapi import APIRouter, Query
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.datastructures import FormData
from starlette.responses import JSONResponse, Response

from api.check_items.answer_source import Sitting
from api.check_items.fields import ItemSent, fingerprint, read_sent
from api.check_items.queries import ItemKnown, item_events
from api.check_items.scene import ANSWER, Scene, scene
from api.check_items.service import Saved, save_item
from api.check_items.views import (
    ItemPage,
    history_lines,
    needed_record,
    note_lines,
    settle_fields,
    slug_of,
    tag_of_item,
)
from api.checks.views import error_line
from api.commands.asked import AskedCommand
from api.commands.service import ask
from api.evidence.pages import uploaded_here
from api.evidence.queries import files_of
from api.evidence.service import ADD
from api.evidence.upload import NOTHING_SENT, Uploaded, files_shown, upload
from api.evidence.views import ItemFiles
from api.forms.submission import Filled, as_sent, note_of, seen_of
from api.forms.views import confirms
from api.web.page import words
from api.web.page.tags import Tag
from api.web.page.visit import Visit, Visitor
from api.web.refusals import CaseChanged
from discharge.cases.command_stages import may_ask, require_may_ask
from discharge.cases.commands import SettleAnswer
from discharge.cases.events import AnswerDisputed
from discharge.cases.model import ItemAnswer
from discharge.errors import HomewardError
from housing_checks.checks.left_out import left_out_by
from housing_checks.checks.needed_records import counts
from housing_checks.evidence.rules import takes_photos

router = APIRouter(prefix="/cases/{case_id}/check/items", include_in_schema=False)

SETTLE = "settle-answer"
AS_JSON = "application/json"
Code = Annotated[str, Query(max_length=40)]


@dataclass(frozen=True)
class Sent:
    """What comes back to the page of an item: what was sent, and what became of it."""

    saved: Saved | None = None
    settled: str = ""
    reason: str = ""
    settle_fault: str = ""
    files: Uploaded = NOTHING_SENT


@router.get("/{item}")
async def show(
    visit: Visitor,
    case_id: UUID,
    item: str,
    through: Code = "",
    told_by: Code = "",
    saved: Code = "",
    added: int = 0,
    there: int = 0,
) -> Response:
    """One item: its question and answer, who said what, its photos, and its history; after files were sent,
    what became of them.
    """
    kept = await visit.kept_form()
    sitting = Sitting.of(through, told_by, visit.today) if kept is None else Sitting.sent(kept, visit.today)
    seen = await scene(visit, case_id, sitting, f"item {item}")
    sent = Sent()
    if kept is not None:
        sent = Sent(Saved(replace(read_sent(seen.item(item).item, kept), faults={})))
    return await _page(seen, item, replace(sent, files=Uploaded(added, there)), saved=saved)


@router.post("/{item}")
async def answer(visit: Visitor, case_id: UUID, item: str) -> Response:
    """Save the answer, and go on. A script sends each as it is chosen, and is told when it was saved."""
    data = await visit.form()
    sitting = Sitting.sent(data, visit.today)
    seen = await _may_answer(visit, case_id, item, sitting)
    saved = await save_item(visit, case_id, read_sent(seen.item(item).item, data, sitting), data)
    if AS_JSON in visit.request.headers.get("accept", ""):
        return _told(seen, saved)
    if saved.outcome is None:
        again = await scene(visit, case_id, sitting) if saved.changes else seen
        return await _page(again, item, Sent(saved), status=422 if saved.changes is None else 409)
    if saved.outcome.answer is None:
        return visit.to(f"/requests/{saved.outcome.command_id}")
    return visit.to(await _next(visit, case_id, item, sitting, data))


@router.post("/{item}/files")
async def add_files(visit: Visitor, case_id: UUID, item: str) -> Response:
    """Add the files that were chosen to the item. Each page that has the form is shown again, with what was
    refused beside the field.
    """
    visit.caller.require(ADD)
    data = await visit.form()
    if data.get("page") != "item":
        return await uploaded_here(visit, case_id, item, data)
    sitting = Sitting.of(str(data.get("through", "")), str(data.get("told_by", "")), visit.today)
    became = await upload(visit, case_id, item, data)
    if became.refused:
        seen = await scene(visit, case_id, sitting, f"item {item}")
        return await _page(seen, item, Sent(files=became), status=became.status)
    query = "&".join(filter(None, (sitting.query, became.query)))
    return visit.to(f"/cases/{case_id}/check/items/{item}?{query}#files")


@router.post("/{item}/settle")
async def settle(visit: Visitor, case_id: UUID, item: str) -> Response:
    """Decide which of several answers holds, with a reason."""
    data = await visit.form()
    visit.caller.require(SETTLE)
    seen = await scene(visit, case_id, Sitting())
    visit.caller.require_on(seen.case, SETTLE)
    require_may_ask(seen.case, SETTLE)
    value, reason = str(data.get("settled", "")), str(data.get("reason", ""))
    back = Sent(settled=value, reason=reason, settle_fault="Choose the answer that holds, and say why")
    if value not in {each.value for each in seen.item(item).statements} or not reason:
        return await _page(seen, item, back, status=422)
    try:
        outcome = await ask(visit.services, visit.caller, _settled(visit, case_id, item, data))
    except HomewardError as error:
        if error.row.http >= 500 or error.code in ("not-found", "role-not-allowed", "part-not-allowed"):
            raise
        again = await scene(visit, case_id, Sitting()) if isinstance(error, CaseChanged) else seen
        fault = f"{error.row.title}. {error.row.words}"
        return await _page(again, item, replace(back, settle_fault=fault), status=error.row.http)
    if outcome.answer is None:
        return visit.to(f"/requests/{outcome.command_id}")
    return visit.to(f"/cases/{case_id}/check/items/{item}?saved=settled")


def _settled(visit: Visit, case_id: UUID, item: str, data: FormData) -> AskedCommand:
    note, about_danger = note_of(data)
    value, reason = str(data.get("settled", "")), str(data.get("reason", ""))
    return AskedCommand(
        case_id=case_id,
        command=SettleAnswer(item=item, value=value, reason=reason),
        effective_on=visit.today,
        as_sent=as_sent(data),
        note=note,
        about_danger=about_danger,
        seen_version=seen_of(data),
        key=str(data.get("key", "")) or None,
    )


async def _may_answer(visit: Visit, case_id: UUID, item: str, sitting: Sitting) -> Scene:
    """The check, for somebody who answers it; refused for who may not, or where its stage does not allow."""
    visit.caller.require(ANSWER)
    seen = await scene(visit, case_id, sitting, f"item {item}")
    visit.caller.require_on(seen.case, ANSWER)
    require_may_ask(seen.case, ANSWER)
    return seen


async def _next(visit: Visit, case_id: UUID, item: str, sitting: Sitting, data: FormData) -> str:
    """Where somebody goes after a save: to the next open item where they asked for it, else back."""
    after = await scene(visit, case_id, sitting)
    wanted = after.next_open(item) if data.get("then") == "next" else item
    if not wanted:
        return after.frame.href()
    base = after.frame.href(f"/items/{wanted}")
    return f"{base}{'&' if '?' in base else '?'}saved={item}"


def _told(seen: Scene, saved: Saved) -> Response:
    """What a script is told: when the answer was saved, and what of its domain is asked now; or what is wrong
    with it.
    """
    visit = seen.visit
    if saved.outcome is None:
        status = 409 if saved.overtaken else 422
        return JSONResponse({"faults": list(dict.fromkeys(saved.sent.faults.values()))}, status)
    at = words.clock_time(visit.now)
    said = f"Saved {at}" if saved.version is not None else f"Sent {at}. It will be recorded shortly"
    shown = fingerprint(_as_left(saved.sent))
    asked = list(seen.asked_with(saved.sent.item, saved.sent.value))
    tag = asdict(_tag(seen, saved)) if saved.version is not None else None
    told = {"saved": said, "version": saved.version, "shown": shown, "asked": asked, "tag": tag}
    return JSONResponse(told)


def _tag(seen: Scene, saved: Saved) -> Tag:
    """How an item stands once its answer is recorded."""
    item, value = saved.sent.item, saved.sent.value
    answer = saved.outcome.answer if saved.outcome is not None else None
    return tag_of_item(
        replace(
            seen.item(item.code),
            answer=ItemAnswer(value=value),
            counts_as=counts(seen.case, item, value),
            disputed=answer is not None and AnswerDisputed.model_fields["kind"].default in answer.events,
        )
    )


def _as_left(sent: ItemSent) -> ItemSent:
    """What stands in the fields once an answer was saved without the note that is being written."""
    return replace(sent, read=replace(sent.read, notes={}, danger=frozenset()))


async def _page(seen: Scene, item: str, sent: Sent, *, saved: str = "", status: int = 200) -> Response:
    visit, known = seen.visit, seen.item(item)
    async with visit.services.begin(visit.caller) as session:
        rows = await item_events(session, seen.case.case_id, item)
        files = await _files(session, seen, known, sent.files)
    used = [each.note_id for each in (*known.statements, known.answer) if each is not None]
    view = replace(
        _view(seen, item, sent),
        history=history_lines(known.item, rows, seen.names),
        notes=note_lines(known.item, seen.written, used, seen.names, visit.clock),
        files=files,
        record=needed_record(visit.caller, seen.case, known.item),
    )
    banner = _banner(seen, saved)
    return visit.page("check_items/item.html", status, view=view, key=str(uuid4()), banner=banner)


def _banner(seen: Scene, saved: str) -> str:
    """What was done just now, where the address says it."""
    if saved == "settled":
        return "The answer is settled."
    label = next((each.item.label for each in seen.items if each.item.code == saved), "")
    return f"Saved: {label}." if label else ""


def _view(seen: Scene, item: str, sent: Sent) -> ItemPage:
    known = seen.item(item)
    saved, row = sent.saved, known.item
    back = saved.sent if saved is not None else None
    if back is not None and saved is not None and saved.changes is not None:
        back = replace(back, seen=saved.changes.version)
    filled = Filled(asked=saved.asked if saved is not None else ())
    return ItemPage(
        frame=seen.frame,
        block=seen.block(known, back),
        domain=row.domain,
        domain_href=seen.frame.href(f"/domains/{slug_of(row.domain)}"),
        evidence=row.evidence,
        holds=row.holds_for.words if row.holds_for is not None else "",
        asked=known.asked,
        notes=(),
        history=(),
        settle=_settle(seen, item, sent),
        errors=tuple(error_line(name, text) for name, text in (back.faults.items() if back else ())),
        changes=saved.changes if saved is not None else None,
        confirms=tuple(confirms(filled)),
        left_out_by=_left_out_by(seen, item),
        settle_fault=sent.settle_fault,
    )


def _left_out_by(seen: Scene, item: str) -> tuple[tuple[str, str], ...]:
    """The answers because of which the item is not asked: where each is given, and what it says."""
    others = (seen.item(code) for code in left_out_by(seen.case, seen.form, item))
    return tuple(
        (
            seen.frame.href(f"/items/{each.item.code}"),
            f"{each.item.label}: {each.item.words(each.answer.value)}",
        )
        for each in others
        if each.answer is not None
    )


async def _files(session: AsyncSession, seen: Scene, known: ItemKnown, became: Uploaded) -> ItemFiles | None:
    """The photos and documents of an item that takes them, for who may see them."""
    visit = seen.visit
    if not takes_photos(known.item) or not visit.caller.may_on(seen.case, "evidence.read"):
        return None
    listed = await files_of(
        session, visit.caller, seen.case.case_id, "photos of the check", item=known.item.code
    )
    shown = files_shown(visit, listed, known.item.code, seen.names)
    return replace(shown, errors=became.refused, added=became.words)


def _settle(seen: Scene, item: str, sent: Sent) -> tuple[dict[str, object], dict[str, object]] | None:
    known = seen.item(item)
    may = may_ask(seen.case, SETTLE) and seen.visit.caller.may_on(seen.case, SETTLE)
    if not known.disputed or not may:
        return None
    return settle_fields(known.item, known, seen.visit.today, sent.settled, sent.reason)
