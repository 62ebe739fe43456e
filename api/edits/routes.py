"""Messages edited by two people, for programs."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter

from api.edits import json_views as edit_json_views
from api.edits import queries as edit_queries
from api.edits import service as edit_service
from api.edits.schemas import (
    EditBody,
    EditDecided,
    EditDecision,
    MessageEditList,
)
from api.messages.schemas import MessageEdit
from api.web.depends import Caller, Ready
from api.web.paging import Paged
from api.web.request_keys import Keyed
from fhir_adapters.store.tables import MessageEditRow

router = APIRouter(prefix="/api/v1", tags=["edits"])


@router.post("/messages/{message_id}/edits", status_code=201)
async def propose_edit(
    message_id: UUID, body: EditBody, services: Ready, caller: Caller, keyed: Keyed
) -> MessageEdit:
    """Propose an edited message; it has no effect before somebody else approves it."""
    caller.require("messages.release")
    made = await keyed.once(
        services,
        UUID,
        lambda session: edit_service.propose(session, caller, message_id, body.text, body.reason),
    )
    async with services.begin(caller) as session:
        return edit_json_views.edit_json(await session.get_one(MessageEditRow, made))


@router.get("/edits")
async def list_edits(services: Ready, caller: Caller, page: Paged) -> MessageEditList:
    """Edits: those that wait for a second person first."""
    caller.require("messages.read")
    async with services.begin(caller) as session:
        found, following = page.after(await edit_queries.edits(session, **page.more))
    return MessageEditList(edits=[edit_json_views.edit_json(row) for row in found], next=following)


@router.post("/edits/{edit_id}/decision")
async def decide_edit(
    edit_id: UUID, body: EditDecision, services: Ready, caller: Caller, keyed: Keyed
) -> EditDecided:
    """Approve or decline somebody else's edit."""
    caller.require("messages.approve")
    state = await keyed.once(
        services,
        str,
        lambda session: edit_service.decide(
            session, caller, edit_id, body.decision == "approve", body.reason
        ),
    )
    return EditDecided(edit_id=edit_id, state=state)
