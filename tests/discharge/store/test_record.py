from __future__ import annotations

import asyncio
from datetime import date
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncEngine

from discharge.cases import events as ev
from discharge.cases.commands import CloseCase
from discharge.cases.evolve import fold
from discharge.cases.model import Case, SharingBasis, Strand
from discharge.cases.outbox_items import Outgoing
from discharge.cases.record_request import RecordRequest
from discharge.delays.model import DelayReason, ReadyPeriod
from discharge.store.engine import transaction
from discharge.store.record import AlreadyRecorded, Recorded, RefusedByRecord, SnapshotIsNotTheFold, record
from discharge.store.tables import (
    CaseCommandRow,
    CaseEventRow,
    CaseParticipantRow,
    CaseRow,
    DelayReasonRow,
    OutboxRow,
    PartnerRow,
    ReadyPeriodRow,
    StrandRow,
)
from tests.fixtures.cases import TODAY, loaded, open_case, recorded, referred, request
from tests.fixtures.postgres import Places

READY = ReadyPeriod(ready_on=date(2026, 3, 1))


async def count(engine: AsyncEngine, table: type) -> int:
    async with transaction(engine) as session:
        return await session.scalar(select(func.count()).select_from(table)) or 0


async def test_a_referral_writes_events_snapshot_and_what_lists_read(
    worker: AsyncEngine, places: Places, person_id: UUID
) -> None:
    case = await open_case(worker, person_id, places.trust, places.housing)
    assert await loaded(worker, case.case_id) == case
    async with transaction(worker) as session:
        row = await session.get_one(CaseRow, case.case_id)
        events = (await session.scalars(select(CaseEventRow).order_by(CaseEventRow.sequence))).all()
        taking_part = set(await session.scalars(select(CaseParticipantRow.organisation_id)))
    assert (row.stage, row.ward, row.external_id, row.version) == ("referred", "6B", "REF-1", 3)
    assert [event.sequence for event in events] == [1, 2, 3]
    assert {event.role for event in events} == {"coordinator"}
    assert taking_part == {places.trust, places.housing}


async def test_folding_the_stored_events_gives_the_stored_snapshot(
    worker: AsyncEngine, places: Places, person_id: UUID
) -> None:
    case = await open_case(worker, person_id, places.trust)
    step = request(
        case, places.trust, ev.ReadyPeriodStarted(period=READY), ev.CheckStarted(form="v1", started_on=TODAY)
    )
    await recorded(worker, step)
    async with transaction(worker) as session:
        stored = await session.scalars(select(CaseEventRow.payload).order_by(CaseEventRow.sequence))
        events = [ev.EVENT.read(payload) for payload in stored]
    assert fold(Case(case_id=case.case_id), events) == await loaded(worker, case.case_id)


async def test_the_same_command_again_gives_its_answer_and_changes_nothing(
    worker: AsyncEngine, places: Places, person_id: UUID
) -> None:
    given = request(Case(case_id=uuid4()), places.trust, *referred(person_id, places.trust))
    assert await recorded(worker, given) == Recorded(given.answer, given.case, given.events)
    assert await recorded(worker, given) == AlreadyRecorded(given.answer, given.case, given.events)
    assert await count(worker, CaseEventRow) == len(given.events)


async def test_a_refusal_is_kept_as_the_answer(worker: AsyncEngine, places: Places, person_id: UUID) -> None:
    case = await open_case(worker, person_id, places.trust)
    refusal = request(case, places.trust, command=CloseCase(outcome="x"), code="gate-not-satisfied")
    assert await recorded(worker, refusal) == Recorded(refusal.answer, refusal.case, refusal.events)
    again = await recorded(worker, refusal)
    assert isinstance(again, AlreadyRecorded)
    assert again.answer.code == "gate-not-satisfied"
    assert (await loaded(worker, case.case_id)).version == case.version


async def test_given_a_decision_on_another_case_than_the_one_recorded_then_nothing_of_it_is_recorded(
    worker: AsyncEngine, places: Places, person_id: UUID
) -> None:
    case = await open_case(worker, person_id, places.trust)
    step = request(case, places.trust, ev.ReadyPeriodStarted(period=READY))
    late = request(case, places.trust, ev.NeededBySet(needed_by=TODAY))
    await recorded(worker, step)
    with pytest.raises(SnapshotIsNotTheFold):
        await recorded(worker, late)
    assert await loaded(worker, case.case_id) == step.case
    async with transaction(worker) as session:
        assert await session.get(CaseCommandRow, (case.case_id, late.envelope.command_id, 0)) is None


async def test_given_many_commands_at_once_then_each_is_decided_on_what_the_one_before_it_left(
    worker: AsyncEngine, places: Places, person_id: UUID
) -> None:
    case = await open_case(worker, person_id, places.trust)
    seen: list[int] = []

    async def one() -> None:
        asked = request(case, places.trust).envelope

        def decide(now: Case) -> RecordRequest:
            seen.append(now.version)
            made = request(now, places.trust, ev.NeededBySet(needed_by=TODAY))
            return made.model_copy(update={"envelope": asked})

        async with transaction(worker) as session:
            await record(session, asked, decide)

    await asyncio.gather(*(one() for _ in range(6)))
    assert seen == list(range(case.version, case.version + 6))


async def test_given_a_clock_that_changes_nothing_then_it_leaves_no_trace(
    worker: AsyncEngine, places: Places, person_id: UUID
) -> None:
    case = await open_case(worker, person_id, places.trust)
    strike = request(case, places.trust)
    assert await recorded(worker, strike) == Recorded(strike.answer, case)
    async with transaction(worker) as session:
        assert await session.get(CaseCommandRow, (case.case_id, strike.envelope.command_id, 0)) is None


async def test_one_person_has_one_open_case(worker: AsyncEngine, places: Places, person_id: UUID) -> None:
    first = await open_case(worker, person_id, places.trust)
    second = request(Case(case_id=uuid4()), places.trust, *referred(person_id, places.trust))
    outcome = await recorded(worker, second)
    assert isinstance(outcome, RefusedByRecord)
    assert (outcome.code, outcome.answer.outcome) == ("case-already-open", "refused")
    assert not (await loaded(worker, second.case.case_id)).exists
    closed = ev.CaseClosed(closed_on=TODAY, outcome="fit-as-it-is")
    await recorded(worker, request(first, places.trust, closed))
    third = request(Case(case_id=uuid4()), places.trust, *referred(person_id, places.trust))
    assert isinstance(await recorded(worker, third), Recorded)


async def test_an_organisation_that_does_not_exist_is_refused_not_retried_for_ever(
    worker: AsyncEngine, places: Places, person_id: UUID
) -> None:
    case = await open_case(worker, person_id, places.trust)
    joined = referred(person_id, places.trust, uuid4())[-1]
    outcome = await recorded(worker, request(case, places.trust, joined))
    assert isinstance(outcome, RefusedByRecord)
    assert outcome.code == "no-such-item"


async def test_read_models_follow_what_the_case_says_now(
    worker: AsyncEngine, places: Places, person_id: UUID
) -> None:
    case = await open_case(worker, person_id, places.trust)
    reason = DelayReason(
        reason_id=uuid4(), kind="national", code="H2", owner_role="coordinator", from_on=READY.ready_on
    )
    strand = Strand(kind="adaptation", number=1, item="stairlift", started_on=TODAY, owner_role="coordinator")
    begun = request(
        case,
        places.trust,
        ev.ReadyPeriodStarted(period=READY),
        ev.DelayReasonRecorded(reason=reason),
        ev.StrandStarted(strand=strand),
    )
    await recorded(worker, begun)
    ended = request(
        begun.case,
        places.trust,
        ev.ReadyPeriodCorrected(replaces=READY.ready_on, period=None),
        ev.DelayReasonEnded(reason_id=reason.reason_id, to_on=TODAY),
        ev.StrandMoved(strand=strand.key, step="surveyed", moved_on=TODAY, due_on=TODAY),
    )
    await recorded(worker, ended)
    async with transaction(worker) as session:
        assert (await session.scalars(select(ReadyPeriodRow))).all() == []
        assert (await session.get_one(DelayReasonRow, reason.reason_id)).to_on == TODAY
        moved = await session.get_one(StrandRow, (case.case_id, strand.key))
    assert (moved.step, moved.due_on, moved.status) == ("surveyed", TODAY, "open")


@pytest.fixture
async def partner(owner: AsyncEngine, places: Places) -> UUID:
    async with transaction(owner) as session:
        row = PartnerRow(
            id=uuid4(), organisation_id=places.landlord, endpoint="http://127.0.0.1:9/fhir", kind="fhir"
        )
        session.add(row)
    return row.id


def told(organisation_id: UUID, *, needs_basis: bool) -> Outgoing:
    return Outgoing(
        organisation_id=organisation_id, kind="order", content={"item": "stairlift"}, needs_basis=needs_basis
    )


async def states(engine: AsyncEngine) -> list[str]:
    async with transaction(engine) as session:
        return list(await session.scalars(select(OutboxRow.state).order_by(OutboxRow.sequence)))


async def test_what_needs_a_basis_is_held_until_there_is_one_and_again_without(
    worker: AsyncEngine, places: Places, person_id: UUID, partner: UUID
) -> None:
    case = await open_case(worker, person_id, places.trust)
    both = (told(places.landlord, needs_basis=True), told(places.landlord, needs_basis=False))
    step = request(case, places.trust, ev.NeededBySet(needed_by=TODAY), outgoing=both)
    await recorded(worker, step)
    assert await states(worker) == ["held", "pending"]

    sharing = SharingBasis(basis="consent", recorded_on=TODAY)
    step = request(step.case, places.trust, ev.SharingBasisRecorded(sharing=sharing))
    await recorded(worker, step)
    assert await states(worker) == ["pending", "pending"]
    async with transaction(worker) as session:
        await session.execute(text("UPDATE outbox SET relayed_at = now()"))

    step = request(step.case, places.trust, ev.SharingBasisWithdrawn(withdrawn_on=TODAY))
    await recorded(worker, step)
    assert await states(worker) == ["held", "pending"]
    async with transaction(worker) as session:
        relayed = await session.scalars(select(OutboxRow.relayed_at).order_by(OutboxRow.sequence))
        assert [when is None for when in relayed] == [True, False]


async def test_an_organisation_without_an_address_for_messages_is_not_queued_for(
    worker: AsyncEngine, places: Places, person_id: UUID
) -> None:
    case = await open_case(worker, person_id, places.trust)
    step = request(
        case,
        places.trust,
        ev.NeededBySet(needed_by=TODAY),
        outgoing=(told(places.landlord, needs_basis=False),),
    )
    await recorded(worker, step)
    assert await states(worker) == []


async def test_when_the_transaction_fails_then_nothing_of_it_is_there(
    worker: AsyncEngine, places: Places, person_id: UUID, partner: UUID
) -> None:
    given = request(
        Case(case_id=uuid4()),
        places.trust,
        *referred(person_id, places.trust),
        outgoing=(told(places.landlord, needs_basis=False),),
    )

    async def broken() -> None:
        async with transaction(worker) as session:
            await record(session, given.envelope, lambda _: given)
            raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        await broken()
    for table in (CaseRow, CaseEventRow, CaseCommandRow, OutboxRow):
        assert await count(worker, table) == 0
