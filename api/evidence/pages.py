"""Photos and documents on an item of the check, or on a hazard: look, add, open, remove."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID, uuid4

from fastapi import APIRouter
from starlette.datastructures import FormData
from starlette.responses import Response

from api.commands.asked import AskedCommand
from api.commands.service import ask
from api.evidence.files import as_a_file
from api.evidence.queries import FilesOfCase, files_of, one_file, open_file
from api.evidence.service import ADD, REMOVE
from api.evidence.upload import Uploaded, files_shown, upload
from api.evidence.views import files_path, item_path, photo_page, subject_words
from api.web import names
from api.web.page import words
from api.web.page.visit import Visit, Visitor
from discharge.cases.commands import RemoveItemEvidence
from discharge.cases.model import Case
from discharge.cases.model.evidence import HAZARD
from discharge.cases.relations import relation_of
from discharge.codes.casework import EVIDENCE_REMOVAL_REASONS
from discharge.errors import HomewardError
from discharge.sight import sight_of
from housing_checks.evidence.rules import is_hazard, require_item
from housing_checks.hazards.words import hazard_words

router = APIRouter(prefix="/cases/{case_id}", include_in_schema=False)


@router.get("/check/items/{item}/files")
async def show(visit: Visitor, case_id: UUID, item: str, added: int = 0, there: int = 0) -> Response:
    """What is on the item, and the form that adds to it; after one was sent, what became of it."""
    return await files_page(visit, case_id, item, Uploaded(added, there))


@router.get("/hazards/{number}/files")
async def show_hazard(visit: Visitor, case_id: UUID, number: str, added: int = 0, there: int = 0) -> Response:
    """What shows a hazard, and the form that adds to it; after one was sent, what became of it."""
    return await files_page(visit, case_id, f"{HAZARD}{number}", Uploaded(added, there))


@router.post("/hazards/{number}/files")
async def add_to_hazard(visit: Visitor, case_id: UUID, number: str) -> Response:
    """Add the files that were chosen to a hazard."""
    visit.caller.require(ADD)
    return await uploaded_here(visit, case_id, f"{HAZARD}{number}", await visit.form())


async def uploaded_here(visit: Visit, case_id: UUID, item: str, form: FormData) -> Response:
    """Add the files of a form that stood on the page of files, and show that page again."""
    became = await upload(visit, case_id, item, form)
    if became.refused:
        return await files_page(visit, case_id, item, became)
    return visit.to(f"{files_path(case_id, item)}?{became.query}")


async def files_page(visit: Visit, case_id: UUID, item: str, became: Uploaded) -> Response:
    """The page of the files of one item or hazard, with what became of those that were sent."""
    async with visit.services.begin(visit.caller) as session:
        listed = await files_of(session, visit.caller, case_id, "photos of the check", item=item)
        known = await names.directory(session)
    view = replace(files_shown(visit, listed, item, known), errors=became.refused, added=became.words)
    label, back = _subject(listed.found.case, visit, item)
    return visit.page(
        "evidence/item_page.html", became.status, files=view, label=label, back=back, name=_name(listed)
    )


def _subject(case: Case, visit: Visit, item: str) -> tuple[str, dict[str, str]]:
    """What the files are on, and where it is found. Raises not-found, no-such-item, evidence-of-safety."""
    if not is_hazard(item):
        if sight_of(relation_of(case, visit.caller.organisation_id)).own_only:
            raise HomewardError("not-found")
        label = require_item(case, item, visit.today).label
        return label, {"href": f"/cases/{case.case_id}/check/items/{item}", "text": f"Back to {label}"}
    if item not in case.hazards:
        raise HomewardError("not-found")
    place = item.replace("/", "-")
    back = {"href": f"/cases/{case.case_id}/hazards#{place}", "text": "Hazards at home"}
    return hazard_words(case.hazards[item]), back


def _name(listed: FilesOfCase) -> str:
    person = listed.found.person
    return words.full_name(person.family_name, person.given_name)


@router.get("/evidence/{file_id}")
async def open_page(visit: Visitor, case_id: UUID, file_id: UUID) -> Response:
    """One photo, or a document to take away. Raises evidence-withheld; one that was removed is not found."""
    async with visit.services.begin(visit.caller) as session:
        await open_file(session, visit.caller, case_id, file_id, "photo page")
        listed = await one_file(session, visit.caller, case_id, file_id, "photo page")
        known = await names.directory(session)
    label = subject_words(listed.found.case, known, listed.rows[0].item)
    view = photo_page(listed, visit.caller, _name(listed), label, known)
    return visit.page("evidence/photo.html", view=view)


@router.get("/evidence/{file_id}/picture")
async def picture(visit: Visitor, case_id: UUID, file_id: UUID) -> Response:
    """A photo within a page of ours."""
    async with visit.services.begin(visit.caller) as session:
        opened = await open_file(session, visit.caller, case_id, file_id, "photo")
    return as_a_file(opened.content, opened.row.media_type, file_id, shown=True)


@router.get("/evidence/{file_id}/thumbnail")
async def thumbnail(visit: Visitor, case_id: UUID, file_id: UUID) -> Response:
    """The small picture of a photo."""
    async with visit.services.begin(visit.caller) as session:
        opened = await open_file(session, visit.caller, case_id, file_id, "small photo", small=True)
    return as_a_file(opened.content, "image/jpeg", file_id, shown=True)


@router.get("/evidence/{file_id}/content")
async def content(visit: Visitor, case_id: UUID, file_id: UUID) -> Response:
    """A photo or document as a file to keep."""
    async with visit.services.begin(visit.caller) as session:
        opened = await open_file(session, visit.caller, case_id, file_id, "photo download")
    return as_a_file(opened.content, opened.row.media_type, file_id)


@router.get("/evidence/{file_id}/remove")
async def ask_why(visit: Visitor, case_id: UUID, file_id: UUID) -> Response:
    """Why it is to be removed."""
    return await _remove_page(visit, case_id, file_id)


@router.post("/evidence/{file_id}/remove")
async def remove(visit: Visitor, case_id: UUID, file_id: UUID) -> Response:
    """Remove it, with a reason: its bytes are deleted."""
    visit.caller.require(REMOVE)
    form = await visit.form()
    reason = str(form.get("reason", ""))
    if not EVIDENCE_REMOVAL_REASONS.known(reason):
        return await _remove_page(visit, case_id, file_id, fault="Choose why it is to be removed", status=422)
    asked = AskedCommand(
        case_id=case_id,
        command=RemoveItemEvidence(file_id=file_id),
        effective_on=visit.today,
        as_sent={"file_id": str(file_id), "reason": reason},
        reason=reason,
        key=str(form.get("key", "")) or None,
    )
    outcome = await ask(visit.services, visit.caller, asked)
    if outcome.answer is None:
        return visit.to(f"/requests/{outcome.command_id}")
    async with visit.services.begin(visit.caller) as session:
        listed = await one_file(session, visit.caller, case_id, file_id, "photos of the check")
    return visit.to(item_path(case_id, listed.rows[0].item))


async def _remove_page(
    visit: Visit, case_id: UUID, file_id: UUID, *, fault: str = "", status: int = 200
) -> Response:
    async with visit.services.begin(visit.caller) as session:
        listed = await one_file(session, visit.caller, case_id, file_id, "photos of the check")
        known = await names.directory(session)
    visit.caller.require_on(listed.found.case, REMOVE)
    label = subject_words(listed.found.case, known, listed.rows[0].item)
    view = photo_page(listed, visit.caller, _name(listed), label, known)
    if not view.remove:
        raise HomewardError("not-your-evidence")
    reasons = [{"value": row.code, "text": row.label} for row in EVIDENCE_REMOVAL_REASONS.rows]
    return visit.page(
        "evidence/remove.html", status, view=view, reasons=reasons, fault=fault, key=str(uuid4())
    )
