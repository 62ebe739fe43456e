"""Messages for programs: found by many signs, read again, edited by two people, with alarms and items sent
again.
"""

from __future__ import annotations

from types import NoneType
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.responses import Response

from api import message_replays
from api.depends import Caller, Ready
from api.downloads import as_file
from api.files import ANY_FILE
from api.message_search import wanted_by
from api.paging import Paged
from api.presenters import messages_json as shaped
from api.presenters.tags import MESSAGE_STATES
from api.queries import lists
from api.queries import replays as reading
from api.queries.inbox import open_message
from api.queries.messages import count_states, find, place_of
from api.request_keys import Keyed
from api.schemas.messages import (
    AlarmList,
    EditBody,
    EditDecided,
    EditDecision,
    MessageCauseList,
    MessageDetail,
    MessageEdit,
    MessageEditList,
    MessageList,
    MessageQuery,
    ReasonBody,
    ReplayBody,
    ReplayDetail,
    ReplayList,
    ReplayStopped,
    ReplayTaken,
    SentAgain,
)
from fhir_adapters.store.tables import MessageEditRow

router = APIRouter(prefix="/api/v1", tags=["messages"])


@router.get("/messages")
async def list_messages(
    services: Ready, caller: Caller, asked: Annotated[MessageQuery, Query()]
) -> MessageList:
    """Messages that came in, newest first, without anybody's name. Counts stop at 1,001."""
    caller.require("messages.read")
    async with services.begin(caller) as session:
        wanted = await wanted_by(session, caller, asked.search)
        found = await find(session, caller, wanted, place_of(asked.after or asked.before), asked.size)
        counts = await count_states(session, caller, wanted, tuple(MESSAGE_STATES))
        feeds = {feed.id: feed.code for feed in await lists.feeds(session, caller)}
    return MessageList(
        messages=[shaped.message_json(row, feeds) for row in found.rows],
        counts={state: count for state, count in counts.items() if count},
        next=found.next or None,
    )


@router.get("/messages/causes")
async def list_message_causes(services: Ready, caller: Caller, page: Paged) -> MessageCauseList:
    """Messages that wait for a person, by cause: how many, since when, an example, and what can be done."""
    caller.require("messages.read")
    async with services.begin(caller) as session:
        found = await reading.waiting_causes(session, caller)
        feeds = {feed.id: feed.code for feed in await lists.feeds(session, caller)}
    lines = [shaped.cause_json(each, feeds) for each in page.cut(found)]
    return MessageCauseList(causes=lines, next=page.next(len(found)))


@router.get("/messages/{message_id}")
async def get_message(message_id: UUID, services: Ready, caller: Caller) -> MessageDetail:
    """One message: what it said, segment by segment, what it became, and what followed. The look is noted."""
    caller.require("messages.read")
    async with services.begin(caller) as session:
        found = await open_message(session, caller, message_id)
    return shaped.opened_json(found)


@router.get("/messages/{message_id}/raw", response_class=Response, responses={200: ANY_FILE})
async def get_raw_message(message_id: UUID, services: Ready, caller: Caller) -> Response:
    """All of a message as a file, without what may not be seen. The look is noted."""
    caller.require("messages.read")
    async with services.begin(caller) as session:
        return as_file(await open_message(session, caller, message_id, "message download"))


@router.post("/replays", status_code=202)
async def start_replay(body: ReplayBody, services: Ready, caller: Caller, keyed: Keyed) -> ReplayTaken:
    """Have messages read again; it goes on by itself. Ask `/api/v1/replays/{id}` how far it is."""
    caller.require("messages.release")
    made = await keyed.once(
        services,
        UUID,
        lambda session: message_replays.replay(session, caller, body.messages.search, body.reason),
    )
    return ReplayTaken(replay_id=made, state="waiting", status_url=f"/api/v1/replays/{made}")


@router.get("/replays")
async def list_replays(services: Ready, caller: Caller, page: Paged) -> ReplayList:
    """Replays, newest first."""
    caller.require("messages.read")
    async with services.begin(caller) as session:
        found, following = page.after(await reading.replays(session, **page.more))
    return ReplayList(replays=[shaped.replay_json(row) for row in found], next=following)


@router.get("/replays/{replay_id}")
async def get_replay(replay_id: UUID, services: Ready, caller: Caller) -> ReplayDetail:
    """One replay: how far it is, what was done with its messages, and what they are now."""
    caller.require("messages.read")
    async with services.begin(caller) as session:
        found = await reading.progress(session, replay_id)
        items = await reading.items_of(session, replay_id)
    return shaped.progress_json(found, items)


@router.post("/replays/{replay_id}/stop")
async def stop_replay(
    replay_id: UUID, body: ReasonBody, services: Ready, caller: Caller, keyed: Keyed
) -> ReplayStopped:
    """Stop a replay where it is; messages already back in the queue stay there."""
    caller.require("messages.release")
    await keyed.once(
        services, NoneType, lambda session: message_replays.stop(session, caller, replay_id, body.reason)
    )
    return ReplayStopped(replay_id=replay_id, state="stopped")


@router.post("/messages/{message_id}/edits", status_code=201)
async def propose_edit(
    message_id: UUID, body: EditBody, services: Ready, caller: Caller, keyed: Keyed
) -> MessageEdit:
    """Propose an edited message; it has no effect before somebody else approves it."""
    caller.require("messages.release")
    made = await keyed.once(
        services,
        UUID,
        lambda session: message_replays.propose(session, caller, message_id, body.text, body.reason),
    )
    async with services.begin(caller) as session:
        return shaped.edit_json(await session.get_one(MessageEditRow, made))


@router.get("/edits")
async def list_edits(services: Ready, caller: Caller, page: Paged) -> MessageEditList:
    """Edits: those that wait for a second person first."""
    caller.require("messages.read")
    async with services.begin(caller) as session:
        found, following = page.after(await reading.edits(session, **page.more))
    return MessageEditList(edits=[shaped.edit_json(row) for row in found], next=following)


@router.post("/edits/{edit_id}/decision")
async def decide_edit(
    edit_id: UUID, body: EditDecision, services: Ready, caller: Caller, keyed: Keyed
) -> EditDecided:
    """Approve or decline somebody else's edit."""
    caller.require("messages.approve")
    state = await keyed.once(
        services,
        str,
        lambda session: message_replays.decide(
            session, caller, edit_id, body.decision == "approve", body.reason
        ),
    )
    return EditDecided(edit_id=edit_id, state=state)


@router.post("/sent/{sequence}/again", status_code=201)
async def send_item_again(
    sequence: int, body: ReasonBody, services: Ready, caller: Caller, keyed: Keyed
) -> SentAgain:
    """Send an item to its one partner again, as a new item that names the first."""
    caller.require("deadletters.release")
    again = await keyed.once(
        services, int, lambda session: message_replays.resend(session, caller, sequence, body.reason)
    )
    return SentAgain(sequence=again, resent_from=sequence)


@router.get("/alarms")
async def list_alarms(services: Ready, caller: Caller, page: Paged) -> AlarmList:
    """What is not as it should be with messages, what cleared lately, and what is watched with its rules."""
    caller.require("messages.read")
    async with services.begin(caller) as session:
        found, following = page.after(await lists.open_alarms(session, **page.more))
        watched = await lists.watched(session, caller.organisation_id, services.now())
        return AlarmList(
            alarms=[shaped.alarm_json(row) for row in found],
            cleared=[shaped.alarm_json(row) for row in await lists.cleared_alarms(session)],
            watched=[shaped.watched_json(each) for each in watched],
            next=following,
        )
