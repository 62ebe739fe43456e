"""Commands that could not be recorded: operators have them tried again, or give them up."""

from __future__ import annotations

from types import NoneType
from typing import get_args
from uuid import UUID

from fastapi import APIRouter
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import Response

from api.dead_letters.service import decide_failed_command
from api.dead_letters.views import reason_fault
from api.failed_commands.views import DONE, Around, present
from api.web.page.visit import Visit, Visitor
from api.web.paging import Page, Turned, turns
from discharge.errors import HomewardError
from discharge.store.failed_commands import FailedDecision, count_failed_commands, failed_commands

router = APIRouter(include_in_schema=False)

PATH = "/failed-requests"

_DECISIONS: dict[str, FailedDecision] = {each: each for each in get_args(FailedDecision)}


@router.get(PATH)
async def show(visit: Visitor, page: Turned, decided: str = "") -> Response:
    """What failed and was not given up, the oldest first."""
    decision = _DECISIONS.get(decided)
    return await _page(visit, page, _around(visit, DONE[decision] if decision else ""))


@router.post("/failed-requests/{command_id}")
async def decide_one(command_id: UUID, visit: Visitor, page: Turned) -> Response:
    """Have one tried again or give it up, with the reason why."""
    form = await visit.form()
    visit.caller.require("failed-commands.decide")
    decision, reason = _DECISIONS.get(str(form.get("decision", ""))), str(form.get("reason", "")).strip()
    if decision is None:
        raise HomewardError("invalid-body", where="decision")
    if fault := reason_fault(reason):
        around = _around(visit, typed={command_id: reason}, faults={command_id: fault})
        return await _page(visit, page, around, 422)

    async def decided(session: AsyncSession) -> None:
        await decide_failed_command(session, visit.caller, command_id, decision, reason)

    await (await visit.keyed(form)).once(visit.services, NoneType, decided)
    return visit.to(page.address(PATH, decided=decision))


def _around(
    visit: Visit,
    done: str = "",
    typed: dict[UUID, str] | None = None,
    faults: dict[UUID, str] | None = None,
) -> Around:
    may_decide = visit.caller.may("failed-commands.decide")
    return Around(visit.services.now(), may_decide, done, typed or {}, faults or {})


async def _page(visit: Visit, page: Page, around: Around, status: int = 200) -> Response:
    visit.caller.require("failed-commands.read")
    async with visit.services.begin(visit.caller) as session:
        found = await failed_commands(session, page.offset, page.size)
        total = await count_failed_commands(session)
    return visit.page(
        "failed_commands/failed_commands.html",
        status,
        view=present(found, page, total, around),
        page=page,
        turns=turns(PATH, page, page.next(total)),
    )
