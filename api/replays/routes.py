"""Messages read again, and items sent again, for programs."""

from __future__ import annotations

from types import NoneType
from uuid import UUID

from fastapi import APIRouter

from api.replays import json_views as replay_json_views
from api.replays import queries as reading
from api.replays import service as replay_service
from api.replays.schemas import (
    ReasonBody,
    ReplayBody,
    ReplayDetail,
    ReplayList,
    ReplayStopped,
    ReplayTaken,
    SentAgain,
)
from api.web.depends import Caller, Ready
from api.web.paging import Paged
from api.web.request_keys import Keyed

router = APIRouter(prefix="/api/v1", tags=["replays"])


@router.post("/replays", status_code=202)
async def start_replay(body: ReplayBody, services: Ready, caller: Caller, keyed: Keyed) -> ReplayTaken:
    """Have messages read again; it goes on by itself. Ask `/api/v1/replays/{id}` how far it is."""
    caller.require("messages.release")
    made = await keyed.once(
        services,
        UUID,
        lambda session: replay_service.replay(session, caller, body.messages.search, body.reason),
    )
    return ReplayTaken(replay_id=made, state="waiting", status_url=f"/api/v1/replays/{made}")


@router.get("/replays")
async def list_replays(services: Ready, caller: Caller, page: Paged) -> ReplayList:
    """Replays, newest first."""
    caller.require("messages.read")
    async with services.begin(caller) as session:
        found, following = page.after(await reading.replays(session, **page.more))
    return ReplayList(replays=[replay_json_views.replay_json(row) for row in found], next=following)


@router.get("/replays/{replay_id}")
async def get_replay(replay_id: UUID, services: Ready, caller: Caller) -> ReplayDetail:
    """One replay: how far it is, what was done with its messages, and what they are now."""
    caller.require("messages.read")
    async with services.begin(caller) as session:
        found = await reading.progress(session, replay_id)
        items = await reading.items_of(session, replay_id)
    return replay_json_views.progress_json(found, items)


@router.post("/replays/{replay_id}/stop")
async def stop_replay(
    replay_id: UUID, body: ReasonBody, services: Ready, caller: Caller, keyed: Keyed
) -> ReplayStopped:
    """Stop a replay where it is; messages already back in the queue stay there."""
    caller.require("messages.release")
    await keyed.once(
        services, NoneType, lambda session: replay_service.stop(session, caller, replay_id, body.reason)
    )
    return ReplayStopped(replay_id=replay_id, state="stopped")


@router.post("/sent/{sequence}/again", status_code=201)
async def send_item_again(
    sequence: int, body: ReasonBody, services: Ready, caller: Caller, keyed: Keyed
) -> SentAgain:
    """Send an item to its one partner again, as a new item that names the first."""
    caller.require("deadletters.release")
    again = await keyed.once(
        services, int, lambda session: replay_service.resend(session, caller, sequence, body.reason)
    )
    return SentAgain(sequence=again, resent_from=sequence)
