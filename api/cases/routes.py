"""Cases: the worklist, one case, what happened to it, who looked, and every command there is."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Request
from fastapi.responses import JSONResponse

from api.cases import queries
from api.cases.json_views import case_detail, case_line
from api.cases.schemas import CaseDetail, CaseList, RecordLook, RecordLooks, Timeline
from api.commands.answers import command_answer, command_status, request_status
from api.commands.asked import AskedCommand
from api.commands.danger_words import who_reads_it
from api.commands.kinds import split
from api.commands.schemas import CommandAnswer, CommandRequest, CommandStatus
from api.commands.service import ask, others_changed
from api.contact_details.queries import contact_cards
from api.looks.notes import who_looked
from api.web import names
from api.web.depends import Caller, IdempotencyKey, Ready
from api.web.paging import MOST_PAGES, Paged
from api.web.services import Services
from api.worklist import queries as worklist_queries
from discharge.clocks import london_date
from discharge.store.tables import ReferralRequestRow

router = APIRouter(prefix="/api/v1", tags=["cases"])

View = Literal["open", "referred", "checking", "making-ready", "ready", "home", "closed"]
Only = Literal["", "alerts", "awaiting-spell", "home-not-ready", "waiting"]


@router.get("/cases")
async def list_cases(
    services: Ready,
    caller: Caller,
    paged: Paged,
    view: View = "open",
    ward: str = "",
    text: str = "",
    only: Only = "",
    page: Annotated[int, Query(ge=1, le=MOST_PAGES, deprecated=True)] = 1,
) -> CaseList:
    """The worklist, the longest waiting first, with how many cases each view holds.

    A value that rests on what the caller's part in a case does not include is null: a supplier is told of
    their own work, not how long the person waits, and the list goes by when that is due. A filter by what
    the caller's parts do not show is refused (`filter-not-seen`).
    """
    caller.require("case.list")
    asked = paged.or_number(page)
    today = london_date(await services.case_now())
    async with services.begin(caller) as session:
        wanted = worklist_queries.WorklistQuery(
            view=view, ward=ward, text=text, only=only, page=asked.number, size=asked.size
        )
        found = await worklist_queries.worklist(session, caller, wanted)
        known = await names.directory(session)
    lines = [case_line(each, today, known) for each in found.rows]
    return CaseList(
        cases=lines,
        total=found.total,
        page=asked.number,
        counts=dict(found.counts),
        next=asked.next(found.total),
        not_searched=found.not_searched,
    )


@router.get("/cases/{case_id}")
async def get_case(case_id: UUID, services: Ready, caller: Caller) -> CaseDetail:
    """One case with its person, its gate, strands and why the person is still here.

    A value that rests on what the caller's part in the case does not include is null (`next_action`,
    `waiting`, `blocking`, `suggested_strands`, `suggested_outcome`, `discharges`), and `case` leaves out the
    fields that the caller does not see. `why_still_here` then says the caller's own work.
    `person.contacts` is what messages and referrals say; it leaves out what staff said is not safe to ring,
    ended or corrected.
    `contact-details` has everybody to call, each with its marks.
    """
    caller.require("case.read")
    today = london_date(await services.case_now())
    async with services.begin(caller) as session:
        found = await queries.read_case(session, caller, case_id, "case by interface")
        known, cards = await names.directory(session), await contact_cards(session, caller, found)
    return case_detail(found, caller, today, known, cards)


@router.get("/cases/{case_id}/timeline")
async def get_timeline(case_id: UUID, services: Ready, caller: Caller) -> Timeline:
    """Every event of a case, newest first."""
    caller.require("case.follow")
    async with services.begin(caller) as session:
        found = await queries.read_case(session, caller, case_id, "timeline by interface", "case.follow")
        events = await queries.timeline(session, caller, found)
        notes = await queries.notes_of(session, case_id)
        withheld = await queries.notes_withheld(session, case_id)
    return Timeline(
        case_id=case_id,
        events=[queries.event_summary(row) for row in events],
        notes=[queries.note_summary(row) for rows in notes.values() for row in rows],
        notes_withheld=withheld,
    )


@router.get("/cases/{case_id}/who-looked")
async def get_who_looked(case_id: UUID, services: Ready, caller: Caller, page: Paged) -> RecordLooks:
    """Who looked at a case, newest first."""
    caller.require("case.looks")
    async with services.begin(caller) as session:
        await queries.read_case(session, caller, case_id, "who looked", "case.looks")
        looks, following = page.after(await who_looked(session, case_id, **page.more))
    lines = [RecordLook(**each._asdict()) for each in looks]
    return RecordLooks(case_id=case_id, looks=lines, next=following)


@router.post(
    "/cases/{case_id}/commands",
    response_model=CommandAnswer,
    responses={202: {"model": CommandAnswer, "description": "Taken; ask its status address"}},
)
async def send_command(
    case_id: UUID,
    services: Ready,
    caller: Caller,
    body: CommandRequest,
    request: Request,
    idempotency_key: IdempotencyKey = None,
) -> JSONResponse:
    """Ask something of a case: `kind`, the fields of that command, and what every command carries."""
    asked = await _asked(services, case_id, body, await request.json(), idempotency_key)
    outcome = await ask(services, caller, asked)
    changes = await others_changed(services, caller, asked, outcome)
    return command_answer(outcome, changes=changes, who_reads=await who_reads_it(services, caller, asked))


@router.get("/commands/{command_id}")
async def get_command(command_id: UUID, request: Request, services: Ready, caller: Caller) -> CommandStatus:
    """What became of a command of the caller's organisation."""
    caller.require("command.read")
    async with services.begin(caller) as session:
        waiting = await session.get(ReferralRequestRow, command_id)
        if waiting is not None:
            return request_status(waiting)
        row = await queries.command_of(session, command_id)
    return command_status(request, row)


async def _asked(
    services: Services, case_id: UUID, body: CommandRequest, as_sent: object, key: str | None
) -> AskedCommand:
    command, beside = split(body)
    return AskedCommand(
        case_id=case_id,
        command=command,
        effective_on=beside.effective_on or london_date(await services.case_now()),
        as_sent=as_sent,
        reason=beside.reason,
        note=beside.note,
        item_notes=beside.item_notes,
        decided_by=beside.decided_by,
        told_by_name=beside.told_by_name,
        about_danger=beside.about_danger,
        danger_items=frozenset(beside.danger_items),
        seen_version=beside.seen_version,
        confirm=tuple(beside.confirm),
        key=key,
    )
