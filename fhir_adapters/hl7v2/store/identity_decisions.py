"""Carrying out what people decided about who is who: one decision at a time, each once.

A decision was kept by the door that took it. Here it merges, remembers that two are two, or undoes a merge.
"""

import logging
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from discharge.clocks import CaseClock
from discharge.errors import HomewardError, Unavailable
from discharge.store.engine import transaction
from discharge.store.tables import DuplicatePair, IdentityDecision, Person, PersonMerge
from fhir_adapters.hl7v2.store import persons
from fhir_adapters.hl7v2.store.merges import MergeCause, link_of
from fhir_adapters.hl7v2.store.pairs import decide_pair
from fhir_adapters.hl7v2.store.person_merge import DECISION, part, unite
from fhir_adapters.people.nhs_numbers import is_verified
from fhir_adapters.store.tables import InboxRow

log = logging.getLogger("homeward.who-is-who")

_OPEN = ("open",)


async def decide_next(engine: AsyncEngine, clock: CaseClock) -> IdentityDecision | None:
    """Carry out the oldest decision that waits; None when none waits. A refusal is kept with its code."""
    try:
        return await _decide(engine, clock)
    except Unavailable:
        raise
    except Exception as error:
        log.error("decision not carried out: %s", type(error).__name__)
        return await _give_up(engine)


async def _decide(engine: AsyncEngine, clock: CaseClock) -> IdentityDecision | None:
    async with transaction(engine) as session:
        taken = select(IdentityDecision).where(IdentityDecision.state == "taken")
        oldest = taken.order_by(IdentityDecision.created_at).limit(1).with_for_update(skip_locked=True)
        decision = await session.scalar(oldest)
        if decision is None:
            return None
        code = await _carried_out(session, decision, clock)
        decision.state, decision.code = ("refused", code) if code else ("done", None)
        decision.handled_at = func.now()
        await session.flush()
        return decision


async def _give_up(engine: AsyncEngine) -> IdentityDecision | None:
    """Refuse the oldest decision, which failed for a reason that we do not know, so that others go on."""
    async with transaction(engine) as session:
        taken = select(IdentityDecision).where(IdentityDecision.state == "taken")
        oldest = taken.order_by(IdentityDecision.created_at).limit(1).with_for_update(skip_locked=True)
        decision = await session.scalar(oldest)
        if decision is not None:
            decision.state, decision.code, decision.handled_at = "refused", "internal", func.now()
        return decision


async def _carried_out(session: AsyncSession, decision: IdentityDecision, clock: CaseClock) -> str | None:
    cause = MergeCause(decision.organisation_id, DECISION, decision.id, clock.case_time(datetime.now(UTC)))
    try:
        async with session.begin_nested():
            if decision.kind == "undo-merge":
                await _undo(session, decision, cause)
            else:
                await _settle(session, decision, cause)
    except HomewardError as refused:
        return refused.code
    return None


async def _undo(session: AsyncSession, decision: IdentityDecision, cause: MergeCause) -> None:
    row = await session.get(PersonMerge, decision.merge_id, with_for_update=True)
    if row is None:
        raise HomewardError("not-found", where="merge")
    await persons.lock_people(session, row.retired_id)
    if not await part(session, cause, row):
        raise HomewardError("already-done", where="merge")


async def _settle(session: AsyncSession, decision: IdentityDecision, cause: MergeCause) -> None:
    pair = await session.get(DuplicatePair, decision.pair_id, with_for_update=True)
    if pair is None:
        raise HomewardError("not-found", where="pair")
    if pair.state not in _OPEN:
        raise HomewardError("already-done", where="pair")
    await persons.lock_people(session, pair.left_id, pair.right_id)
    if decision.kind == "same":
        await _one(session, pair, cause)
    else:
        await _two(session, pair, cause)


async def _one(session: AsyncSession, pair: DuplicatePair, cause: MergeCause) -> None:
    """Merge the two, unless they are one already. What waited for this is tried again."""
    left = await session.get_one(Person, pair.left_id)
    right = await session.get_one(Person, pair.right_id)
    kept, retired = sorted((left, right), key=_goes_on)
    await unite(session, cause, kept.id, retired.id)
    decide_pair(pair, "same")
    await _try_again(session, pair.source_inbox_id)


def _goes_on(person: Person) -> tuple[bool, bool, UUID]:
    """Whose record goes on: with a verified NHS number, else with any, else the one with the lesser id."""
    return not is_verified(person.nhs_number_status), person.nhs_number is None, person.id


async def _two(session: AsyncSession, pair: DuplicatePair, cause: MergeCause) -> None:
    """Remember that they are two; a merge that made them one is undone."""
    decide_pair(pair, "not-same")
    for retired, other in ((pair.left_id, pair.right_id), (pair.right_id, pair.left_id)):
        row = await link_of(session, retired)
        if row is not None and await persons.survivor_of(session, other) == await persons.survivor_of(
            session, retired
        ):
            await part(session, cause, row)
            return


async def _try_again(session: AsyncSession, inbox_id: UUID | None) -> None:
    """Messages about the same person as the one that showed the pair, parked for the same doubt, get
    another try.
    """
    source = await session.get(InboxRow, inbox_id) if inbox_id else None
    if source is None or source.person_key is None:
        return
    await session.execute(
        update(InboxRow)
        .where(
            InboxRow.feed_id == source.feed_id,
            InboxRow.person_key == source.person_key,
            InboxRow.state == "parked",
            InboxRow.code == "patient-mismatch",
        )
        .values(state="stored", code=None, reason=None)
    )
