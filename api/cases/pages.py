"""One case: its page, who looked at it, what was sent to partners, and the messages about its person."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import urlencode
from uuid import UUID, uuid4

from fastapi import APIRouter, Query
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import Response

from api.cases import queries
from api.cases.merged import opened
from api.cases.sent_items import told_line
from api.cases.views import Given, present
from api.changes.queries import changes_since
from api.changes.views import ChangedPart
from api.contact_details.queries import contact_cards
from api.documents.queries import documents_of
from api.documents.views import lines
from api.feeds import queries as feed_queries
from api.forms.definitions import FORMS
from api.hidings.service import Hiding, hidings
from api.hidings.views import notice
from api.homes.queries import names_of_homes
from api.looks.notes import who_looked
from api.looks.views import look_lines
from api.messages.queries import PLACE, find, people_of_case, place_of
from api.messages.views import message_rows
from api.web import names
from api.web.page import words
from api.web.page.visit import Visit, Visitor
from api.web.paging import Turned, turns
from discharge.other_cases import others_of
from fhir_adapters.store.message_search import MessageQuery

router = APIRouter(prefix="/cases", include_in_schema=False)


@router.get("/{case_id}")
async def show(
    visit: Visitor, case_id: UUID, done: str = "", seen: Annotated[int, Query(ge=0, le=10**9)] = 0
) -> Response:
    """The case with all that is known of it; `seen` asks what others changed since that version."""
    visit.caller.require("case.read")
    async with visit.services.begin(visit.caller) as session:
        found = await queries.read_case(session, visit.caller, case_id, "case page")
        follows, told = (visit.caller.may_on(found.case, each) for each in ("case.follow", "case.told"))
        given = Given(
            found=found,
            caller=visit.caller,
            today=visit.today,
            now=visit.now,
            known=await names.directory(session),
            events=await queries.timeline(session, visit.caller, found) if follows else (),
            notes=await queries.notes_of(session, case_id) if follows else {},
            withheld=await queries.notes_withheld(session, case_id) if follows else None,
            told=await queries.told(session, case_id) if told else (),
            homes=await names_of_homes(session, found.case, found.person),
            cards=await contact_cards(session, visit.caller, found),
            may_open=await opened(session, visit.caller, others_of(found.case)),
        )
        hidden = await _hidden_by_others(visit, session, found)
        meanwhile = await _meanwhile(session, visit, case_id, seen)
        held = await documents_of(session, visit.caller, found.person.id) if _reads(visit, found) else ()
    view = present(given)
    # One key a button, so that pressing it twice asks once.
    keys = [str(uuid4()) for _ in view.alerts]
    documents = lines(held, case_id, given.known)
    beside: dict[str, Any] = {
        "documents": documents,
        "keys": keys,
        "meanwhile": meanwhile,
        "newer": found.newer,
    }
    hidden_by_others = notice(hidden, given.known)
    return visit.page(
        "cases/case.html", view=view, done=_done(done), hidden_by_others=hidden_by_others, **beside
    )


async def _hidden_by_others(visit: Visit, session: AsyncSession, found: queries.CaseFile) -> list[Hiding]:
    """What another organisation asked for; PostgreSQL tells it only to who answers it or leads the case."""
    if not (found.person.location_hidden and visit.caller.may("hidings.read")):
        return []
    return await hidings(session, visit.caller, found.person.id)


async def _meanwhile(
    session: AsyncSession, visit: Visit, case_id: UUID, seen: int
) -> tuple[ChangedPart, ...]:
    if not seen:
        return ()
    return (await changes_since(session, visit.caller, case_id, seen, others_only=True)).rows


def _reads(visit: Visit, found: queries.CaseFile) -> bool:
    return visit.caller.may_on(found.case, "document.read")


def _done(kind: str) -> str:
    if kind == "check":
        return "Home check completed"
    if kind == "answers":
        return "Answers saved"
    if kind == "referred":
        return "Referral sent"
    return FORMS[kind].title if kind in FORMS else ""


@router.get("/{case_id}/who-looked")
async def looks(visit: Visitor, case_id: UUID, page: Turned) -> Response:
    """Who looked at a case, newest first. This look is on it, too."""
    visit.caller.require("case.looks")
    async with visit.services.begin(visit.caller) as session:
        found = await queries.read_case(session, visit.caller, case_id, "who looked", "case.looks")
        rows, following = page.after(await who_looked(session, case_id, **page.more))
    name = words.full_name(found.person.family_name, found.person.given_name)
    beside = turns(f"/cases/{case_id}/who-looked", page, following)
    return visit.page(
        "cases/who_looked.html", case_id=str(case_id), name=name, looks=look_lines(rows), turns=beside
    )


@router.get("/{case_id}/told")
async def told(visit: Visitor, case_id: UUID) -> Response:
    """What was sent to partners, each with sent, received, accepted and acted on."""
    visit.caller.require("case.told")
    async with visit.services.begin(visit.caller) as session:
        found = await queries.read_case(
            session, visit.caller, case_id, "what was sent to partners", "case.told"
        )
        rows = await queries.told(session, case_id)
        known = await names.directory(session)
    lines = [told_line(row, known) for row in rows]
    name = words.full_name(found.person.family_name, found.person.given_name)
    return visit.page("cases/told.html", case_id=str(case_id), name=name, lines=lines)


@router.get("/{case_id}/messages")
async def messages(
    visit: Visitor, case_id: UUID, before: Annotated[str, Query(pattern=f"^({PLACE})?$")] = ""
) -> Response:
    """Messages of the caller's organisation about the person of a case, newest first, without their text."""
    visit.caller.require("case.messages")
    async with visit.services.begin(visit.caller) as session:
        found = await queries.read_case(
            session, visit.caller, case_id, "messages about the case", "case.messages"
        )
        meant = MessageQuery(people=await people_of_case(session, case_id))
        listed = await find(session, visit.caller, meant, place_of(before))
        feeds = await feed_queries.feeds(session, visit.caller)
    rows = message_rows(listed.rows, feeds)
    name = words.full_name(found.person.family_name, found.person.given_name)
    first = f"/cases/{case_id}/messages"
    return visit.page(
        "cases/case_messages.html",
        case_id=str(case_id),
        name=name,
        rows=rows,
        newest=first if before else "",
        older=f"{first}?{urlencode({'before': listed.next})}" if listed.more else "",
    )
