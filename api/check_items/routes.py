"""The items of a check for programs: what is known of each, and a single answer, at any stage."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Request
from fastapi.responses import JSONResponse

from api.cases import queries as case_queries
from api.check_items.asked import asked_answer
from api.check_items.json_views import item_detail, items_json
from api.check_items.queries import form_to_answer, item_events, item_known, items_known, written
from api.check_items.schemas import CheckItemDetail, CheckItems, ItemAnswerBody
from api.commands.answers import command_answer
from api.commands.danger_words import who_reads_it
from api.commands.schemas import CommandAnswer
from api.commands.service import ask, others_changed
from api.web import names
from api.web.depends import Caller, IdempotencyKey, Ready
from discharge.clocks import london_date

router = APIRouter(prefix="/api/v1/cases/{case_id}/check/items", tags=["check items"])

Item = Annotated[str, Path(max_length=60, description="Code of an item of the form")]


@router.get("")
async def get_check_items(case_id: UUID, services: Ready, caller: Caller) -> CheckItems:
    """Every item of the check of a case, with what people said of each and what counts."""
    caller.require("case.follow")
    today = london_date(await services.case_now())
    async with services.begin(caller) as session:
        found = await case_queries.read_case(session, caller, case_id, "check by interface", "case.follow")
        words, known = await written(session, case_id), await names.directory(session)
    form = form_to_answer(found.case, today)
    return items_json(found.case, form, items_known(found.case, form), words, known)


@router.get("/{item}")
async def get_check_item(case_id: UUID, item: Item, services: Ready, caller: Caller) -> CheckItemDetail:
    """One item of the check of a case: its question, what people said of it, and its history."""
    caller.require("case.follow")
    today = london_date(await services.case_now())
    async with services.begin(caller) as session:
        found = await case_queries.read_case(session, caller, case_id, "item by interface", "case.follow")
        known_item = item_known(found.case, form_to_answer(found.case, today), item)
        rows = await item_events(session, case_id, item)
        words, known = await written(session, case_id), await names.directory(session)
    return item_detail(found.case, known_item, rows, words, known)


@router.put(
    "/{item}",
    response_model=CommandAnswer,
    responses={202: {"model": CommandAnswer, "description": "Taken; ask its status address"}},
)
async def answer_check_item(
    case_id: UUID,
    item: Item,
    services: Ready,
    caller: Caller,
    body: ItemAnswerBody,
    request: Request,
    idempotency_key: IdempotencyKey = None,
) -> JSONResponse:
    """Answer one item: before the check is complete or after it, in hospital or at home.

    The check begins with its first answer. What somebody else said otherwise is not overwritten unless this
    is newer, on as good evidence: then both stand, and the answer `events` name `answer-disputed`.
    """
    today = london_date(await services.case_now())
    as_sent = {"item": item, "body": await request.json()}
    asked = asked_answer(case_id, item, body, today, as_sent, idempotency_key)
    outcome = await ask(services, caller, asked)
    changes = await others_changed(services, caller, asked, outcome)
    return command_answer(outcome, changes=changes, who_reads=await who_reads_it(services, caller, asked))
