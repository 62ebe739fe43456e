"""Alerts, feeds, and items that partners refused."""

from __future__ import annotations

from collections import Counter
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from api.depends import Caller, Ready
from api.parameters import one_of
from api.presenters.alerts import owners
from api.presenters.lists_json import alert_json, feed_json, item_json, partner_json
from api.presenters.profiles import read_by
from api.reading import alerts, lists
from api.releasing import decide, decide_partner
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

MOST_PAGES = 10_000


@router.get("/alerts")
async def list_alerts(
    services: Ready,
    caller: Caller,
    owner_role: str = "",
    page: Annotated[int, Query(ge=1, le=MOST_PAGES)] = 1,
    size: Annotated[int, Query(ge=1, le=alerts.MOST_SIZE)] = alerts.PAGE_SIZE,
) -> AlertList:
    """Alerts whose cause still holds: those that nobody has taken on first, the loudest, then the oldest.
    `total` counts all pages. Take one on with the command acknowledge-alert.
    """
    caller.require("alerts.read")
    one_of("owner_role", owner_role, owners())
    async with services.begin(caller) as session:
        found = await alerts.open_alerts(
            session, caller, alerts.Wanted(owner_role=owner_role, page=page, size=size)
        )
    lines = [alert_json(each) for each in found.rows]
    return AlertList(alerts=lines, total=found.total, page=page, size=size)


@router.get("/feeds")
async def list_feeds(services: Ready, caller: Caller) -> FeedList:
    """When each feed was last heard, and by which profile and version its messages of today are read (null
    where by none). Those of the caller's own organisation.
    """
    caller.require("messages.read")
    async with services.begin(caller) as session:
        found = await lists.feeds(session, caller)
    today = (await services.clock()).today(services.now())
    return FeedList(feeds=[feed_json(row, read_by(row, services.profiles, today)) for row in found])


@router.get("/dead-letters")
async def list_dead_letters(services: Ready, caller: Caller) -> DeadLetterList:
    """Items that a partner refused for good; each holds its lane until a person decides."""
    caller.require("deadletters.read")
    async with services.begin(caller) as session:
        found = await lists.outgoing(session, "dead")
    return DeadLetterList(dead_letters=[item_json(each) for each in found])


@router.post("/dead-letters/{sequence}/decision")
async def decide_dead_letter(
    sequence: int, body: DeadLetterDecision, services: Ready, caller: Caller
) -> DeadLetterDecided:
    """Send it again as it is, send something else in its place, or give it up."""
    row = await decide(services, caller, sequence, body.decision, body.reason, body.payload)
    return DeadLetterDecided(sequence=row.sequence, state=row.state, key=row.key)


@router.get("/partners")
async def list_partners(services: Ready, caller: Caller) -> PartnerList:
    """Where messages go, whether each partner takes them, and why not."""
    caller.require("deadletters.read")
    async with services.begin(caller) as session:
        found = await lists.partners(session)
        waiting = await lists.waiting_lanes(session)
    counted = Counter[UUID]()
    for (partner_id, _), count in waiting.items():
        counted[partner_id] += count
    return PartnerList(partners=[partner_json(row, of, counted[row.id]) for row, of in found])


@router.post("/partners/{partner_id}/decision", status_code=204)
async def decide_about_partner(
    partner_id: UUID, body: PartnerDecisionBody, services: Ready, caller: Caller
) -> None:
    """What waits is kept, and goes on in order once the partner takes the first of it."""
    await decide_partner(services, caller, partner_id, body.decision, body.reason)
