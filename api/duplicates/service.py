"""Taking what a person decides about who is who: kept first, then carried out by the worker."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from typing import Literal
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from api.looks.notes import who
from api.web.principals import Principal
from api.web.request_keys import KeyedWrite
from api.web.services import Services
from discharge.errors import HomewardError
from discharge.store import audit
from discharge.store.tables import DuplicatePair, IdentityDecision, Person, PersonMerge

Kind = Literal["same", "not-same", "undo-merge"]
LOOK_AGAIN_SECONDS = 0.1
ACTIONS: dict[Kind, str] = {
    "same": "duplicates.decide",
    "not-same": "duplicates.decide",
    "undo-merge": "merges.undo",
}


@dataclass(frozen=True)
class AskedDecision:
    """What somebody decides, why, and about which pair or merge."""

    kind: Kind
    reason: str
    pair_id: UUID | None = None
    merge_id: UUID | None = None


async def decide(services: Services, keyed: KeyedWrite, asked: AskedDecision) -> IdentityDecision:
    """The decision as it stands after a few seconds: done, refused with a code, or still taken.

    Raises role-not-allowed, not-found, and duplicate-key-other-body for a key of another decision.
    """
    caller = keyed.caller
    caller.require(ACTIONS[asked.kind])
    decision_id = await keyed.once(services, UUID, lambda session: _take(session, caller, asked))
    return await _answer(services, caller, decision_id)


async def _require_seen(session: AsyncSession, asked: AskedDecision) -> None:
    """What somebody cannot see they cannot decide about; to say "the same", both records must be seen."""
    if asked.merge_id is not None:
        if await session.get(PersonMerge, asked.merge_id) is None:
            raise HomewardError("not-found", where="merge")
        return
    pair = await session.get(DuplicatePair, asked.pair_id)
    if pair is None:
        raise HomewardError("not-found", where="pair")
    seen = select(Person.id).where(Person.id.in_((pair.left_id, pair.right_id)))
    if asked.kind == "same" and len((await session.scalars(seen)).all()) < 2:
        raise HomewardError("role-not-allowed", detail="the other record")


async def _take(session: AsyncSession, caller: Principal, asked: AskedDecision) -> UUID:
    await _require_seen(session, asked)
    decision_id = uuid4()
    row = IdentityDecision(
        id=decision_id,
        organisation_id=caller.organisation_id,
        user_id=caller.user_id,
        role=caller.role,
        client_id=caller.client_id,
        client_key=str(decision_id),
        reason=asked.reason,
        kind=asked.kind,
        pair_id=asked.pair_id,
        merge_id=asked.merge_id,
    )
    session.add(row)
    await session.flush()
    subject = f"pair {asked.pair_id}" if asked.pair_id else f"merge {asked.merge_id}"
    await audit.note_write(session, who(caller), f"identity {asked.kind}", subject)
    return decision_id


async def _answer(services: Services, caller: Principal, decision_id: UUID) -> IdentityDecision:
    until = time.monotonic() + services.answer_within.total_seconds()
    while True:
        async with services.begin(caller) as session:
            row = await session.get_one(IdentityDecision, decision_id)
        if row.state != "taken" or time.monotonic() > until:
            return row
        await asyncio.sleep(LOOK_AGAIN_SECONDS)
