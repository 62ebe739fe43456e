"""Alerts, feeds, and items that partners refused."""

from __future__ import annotations

from collections import Counter
from types import NoneType
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from sqlalchemy.ext.asyncio import AsyncSession

from api.dead_letter_decisions import decide, decide_partner
from api.depends import Caller, Ready
from api.paging import MOST_PAGES, Paged
from api.parameters import one_of
from api.presenters.alerts import owners
from api.presenters.lists_json import alert_json, feed_json, item_json, partner_json
from api.presenters.profiles import read_by
from api.queries import alerts, lists
from api.request_keys import Keyed
from api.schemas.lists import (
    AlertList,
    DeadLetterDecided,
    DeadLetterDecision,
    DeadLetterList,
    FeedList,
    PartnerDecisionBody,
    PartnerList,
)

router = APIRouter(prefix="/api/v1", tags=["lists"])


@router.get("/alerts")
async def list_alerts(
    services: Ready,
    caller: Caller,
    paged: Paged,
    owner_role: str = "",
    page: Annotated[int, Query(ge=1, le=MOST_PAGES, deprecated=True)] = 1,
) -> AlertList:
    """Alerts whose cause still holds: those that nobody has taken on first, the loudest, then the oldest.
    `total` counts all pages. Take one on with the command acknowledge-alert.
    """
    caller.require("alerts.read")
    one_of("owner_role", owner_role, owners())
    asked = paged.or_number(page)
    async with services.begin(caller) as session:
        found = await alerts.open_alerts(
            session, caller, alerts.AlertQuery(owner_role=owner_role, page=asked.number, size=asked.size)
        )
    lines = [alert_json(each) for each in found.rows]
    return AlertList(
        alerts=lines,
        total=found.total,
        page=asked.number,
        size=asked.size,
        next=asked.next(found.total),
    )


@router.get("/feeds")
async def list_feeds(services: Ready, caller: Caller, page: Paged) -> FeedList:
    """When each feed was last heard, and by which profile and version its messages of today are read (null
    where by none). Those of the caller's own organisation.
    """
    caller.require("messages.read")
    async with services.begin(caller) as session:
        found = await lists.feeds(session, caller)
    today = (await services.clock()).today(services.now())
    lines = [feed_json(row, read_by(row, services.profiles, today)) for row in page.cut(found)]
    return FeedList(feeds=lines, next=page.next(len(found)))


@router.get("/dead-letters")
async def list_dead_letters(services: Ready, caller: Caller, page: Paged) -> DeadLetterList:
    """Items that a partner refused for good; each holds its lane until a person decides."""
    caller.require("deadletters.read")
    async with services.begin(caller) as session:
        found, following = page.after(await lists.outgoing(session, "dead", **page.more))
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
        found = await lists.partners(session)
        waiting = await lists.waiting_lanes(session)
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
