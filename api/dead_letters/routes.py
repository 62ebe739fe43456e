"""Alerts, feeds, and items that partners refused."""

from __future__ import annotations

from collections import Counter
from types import NoneType
from uuid import UUID

from fastapi import APIRouter
from sqlalchemy.ext.asyncio import AsyncSession

from api.dead_letters import queries
from api.dead_letters.json_views import item_json, partner_json
from api.dead_letters.schemas import (
    DeadLetterDecided,
    DeadLetterDecision,
    DeadLetterList,
    PartnerDecisionBody,
    PartnerList,
)
from api.dead_letters.service import decide, decide_partner
from api.web.depends import Caller, Ready
from api.web.paging import Paged
from api.web.request_keys import Keyed

router = APIRouter(prefix="/api/v1", tags=["dead letters"])


@router.get("/dead-letters")
async def list_dead_letters(services: Ready, caller: Caller, page: Paged) -> DeadLetterList:
    """Items that a partner refused for good; each holds its lane until a person decides."""
    caller.require("deadletters.read")
    async with services.begin(caller) as session:
        found, following = page.after(await queries.outgoing(session, "dead", **page.more))
    return DeadLetterList(dead_letters=[item_json(each) for each in found], next=following)


@router.post("/dead-letters/{sequence}/decision")
async def decide_dead_letter(
    sequence: int, body: DeadLetterDecision, services: Ready, caller: Caller, keyed: Keyed
) -> DeadLetterDecided:
    """Send it again as it is, send something else in its place, or give it up."""
    caller.require("deadletters.release")

    async def decided(session: AsyncSession) -> DeadLetterDecided:
        row = await decide(session, caller, sequence, body.decision, body.reason, body.payload)
        return DeadLetterDecided(sequence=row.sequence, state=row.state, key=row.key)

    return await keyed.once(services, DeadLetterDecided, decided)


@router.get("/partners")
async def list_partners(services: Ready, caller: Caller, page: Paged) -> PartnerList:
    """Where messages go, whether each partner takes them, and why not."""
    caller.require("deadletters.read")
    async with services.begin(caller) as session:
        found = await queries.partners(session)
        waiting = await queries.waiting_lanes(session)
    counted = Counter[UUID]()
    for (partner_id, _), count in waiting.items():
        counted[partner_id] += count
    lines = [partner_json(row, of, counted[row.id]) for row, of in page.cut(found)]
    return PartnerList(partners=lines, next=page.next(len(found)))


@router.post("/partners/{partner_id}/decision", status_code=204)
async def decide_about_partner(
    partner_id: UUID, body: PartnerDecisionBody, services: Ready, caller: Caller, keyed: Keyed
) -> None:
    """What waits is kept, and goes on in order once the partner takes the first of it."""
    caller.require("partners.switch")
    await keyed.once(
        services,
        NoneType,
        lambda session: decide_partner(session, caller, partner_id, body.decision, body.reason),
    )
