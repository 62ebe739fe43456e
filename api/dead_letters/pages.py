"""Items that a partner refused: each holds back what follows it until a person decides."""

from __future__ import annotations

from types import NoneType
from uuid import UUID

from fastapi import APIRouter
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import Response

from api.dead_letters import queries
from api.dead_letters.service import decide, decide_partner
from api.dead_letters.views import (
    DECISIONS,
    PARTNER_DECISIONS,
    Found,
    Given,
    done_words,
    present,
    reason_fault,
)
from api.looks.notes import looked
from api.web.page.visit import Visit, Visitor
from api.web.paging import Page, Turned, turns
from discharge.errors import HomewardError

router = APIRouter(include_in_schema=False)

PATH = "/dead-letters"


@router.get(PATH)
async def show(visit: Visitor, page: Turned, item: int = 0, decided: str = "", partner: str = "") -> Response:
    """Refused items by partner, and partners that rest."""
    done = done_words(item, decided) or PARTNER_DECISIONS.get(partner, "")
    return await _page(visit, page, _given(visit, done=done))


@router.post("/dead-letters/{sequence}")
async def decide_one(sequence: int, visit: Visitor, page: Turned) -> Response:
    """Send an item again, or give it up, with the reason why."""
    form = await visit.form()
    visit.caller.require("deadletters.release")
    decision, reason = str(form.get("decision", "")), str(form.get("reason", "")).strip()
    if decision not in DECISIONS:
        raise HomewardError("invalid-body", where="decision")
    if fault := reason_fault(reason):
        given = _given(visit, typed={sequence: reason}, faults={sequence: fault})
        return await _page(visit, page, given, 422)

    async def decided(session: AsyncSession) -> None:
        await decide(session, visit.caller, sequence, decision, reason)

    await (await visit.keyed(form)).once(visit.services, NoneType, decided)
    return visit.to(page.address(PATH, item=str(sequence), decided=decision))


@router.post("/partners/{partner_id}")
async def decide_about_partner(partner_id: UUID, visit: Visitor, page: Turned) -> Response:
    """Try a partner again, switch it off with a reason, or on."""
    form = await visit.form()
    visit.caller.require("partners.switch")
    decision, reason = str(form.get("decision", "")), str(form.get("reason", "")).strip()
    if decision not in PARTNER_DECISIONS:
        raise HomewardError("invalid-body", where="decision")
    if decision == "off" and (fault := reason_fault(reason)):
        given = _given(visit, off_typed={partner_id: reason}, off_faults={partner_id: fault})
        return await _page(visit, page, given, 422)
    why = reason or PARTNER_DECISIONS[decision]
    await (await visit.keyed(form)).once(
        visit.services,
        NoneType,
        lambda session: decide_partner(session, visit.caller, partner_id, decision, why),
    )
    return visit.to(page.address(PATH, partner=decision))


def _given(
    visit: Visit,
    done: str = "",
    typed: dict[int, str] | None = None,
    faults: dict[int, str] | None = None,
    off_typed: dict[UUID, str] | None = None,
    off_faults: dict[UUID, str] | None = None,
) -> Given:
    return Given(
        now=visit.services.now(),
        may_decide=visit.caller.may("deadletters.release"),
        may_switch=visit.caller.may("partners.switch"),
        off_typed=off_typed or {},
        off_faults=off_faults or {},
        may_open_case=visit.caller.may("case.read"),
        done=done,
        typed=typed or {},
        faults=faults or {},
    )


async def _page(visit: Visit, page: Page, given: Given, status: int = 200) -> Response:
    visit.caller.require("deadletters.read")
    async with visit.services.begin(visit.caller) as session:
        items, following = page.after(await queries.outgoing(session, "dead", **page.more))
        found = Found(
            items=items,
            page=page,
            partners=[(row, of.name) for row, of in await queries.partners(session)],
            counts=await queries.count_open(session),
            lanes=await queries.waiting_lanes(session),
        )
        await looked(session, visit.caller, "refused items", {item.row.case_id for item in items})
    return visit.page(
        "dead_letters/dead_letters.html",
        status,
        view=present(found, given),
        page=page,
        turns=turns(PATH, page, following),
    )
