"""A command that an operator has tried again, and what was counted of a case: for that case and no other."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from discharge.cases import events as ev
from discharge.cases.commands import ANSWER, Answer, CloseCase
from discharge.cases.model import Case
from discharge.cases.record_request import RecordRequest
from discharge.store.engine import transaction
from discharge.store.record import AlreadyRecorded, Recorded, answered_before, note_next_look
from discharge.store.tables import CaseCommandRow, CaseRow, CommandRow, Person
from tests.discharge.store.test_record_written import asked_at_a_door
from tests.fixtures.cases import NOW, TODAY, loaded, open_case, recorded, request
from tests.fixtures.postgres import Places


async def tried_by_hand(engine: AsyncEngine, given: RecordRequest, times: int) -> None:
    async with transaction(engine) as session:
        row = await session.get_one(CommandRow, given.envelope.command_id)
        row.tries_by_hand = times


async def answer_known(engine: AsyncEngine, given: RecordRequest) -> Answer | None:
    async with transaction(engine) as session:
        return await answered_before(session, given.envelope.case_id, given.envelope.command_id)


async def test_given_a_command_tried_again_by_hand_then_it_is_judged_anew_once_and_no_other_is(
    worker: AsyncEngine, places: Places, person_id: UUID
) -> None:
    case = await open_case(worker, person_id, places.trust)
    other = request(case, places.trust, ev.NeededBySet(needed_by=TODAY))
    await asked_at_a_door(worker, other)
    assert await recorded(worker, other) == Recorded(other.answer, other.case, other.events)
    now = await loaded(worker, case.case_id)
    refused = request(now, places.trust, command=CloseCase(outcome="x"), code="case-changed")
    await asked_at_a_door(worker, refused)
    await recorded(worker, refused)
    await tried_by_hand(worker, refused, 1)
    assert await answer_known(worker, refused) is None
    assert await answer_known(worker, other) == other.answer
    again = request(now, places.trust, ev.NeededBySet(needed_by=None), command_id=refused.envelope.command_id)
    assert await recorded(worker, again) == Recorded(again.answer, again.case, again.events)
    assert await recorded(worker, again) == AlreadyRecorded(again.answer, again.case, again.events)
    assert await recorded(worker, other) == AlreadyRecorded(other.answer, again.case, other.events)
    async with transaction(worker) as session:
        rows = await session.execute(
            select(CaseCommandRow.tries_by_hand, CaseCommandRow.answer)
            .where(CaseCommandRow.command_id == again.envelope.command_id)
            .order_by(CaseCommandRow.tries_by_hand)
        )
    assert [(tries, ANSWER.read(answer)) for tries, answer in rows] == [
        (0, refused.answer),
        (1, again.answer),
    ]


async def two_cases(worker: AsyncEngine, places: Places, person_id: UUID) -> tuple[Case, Case]:
    """A case of the person, and one of somebody else."""
    async with transaction(worker) as session:
        another = Person(id=uuid4(), family_name="Bede")
        session.add(another)
    first, second = [await open_case(worker, each, places.trust) for each in (person_id, another.id)]
    return first, second


async def test_given_a_case_that_was_counted_when_recorded_then_it_still_is_and_one_that_was_not_is_not(
    worker: AsyncEngine, places: Places, person_id: UUID
) -> None:
    counted, left = await two_cases(worker, places, person_id)

    async def versions() -> dict[UUID, int | None]:
        async with transaction(worker) as session:
            rows = await session.execute(select(CaseRow.id, CaseRow.summed_version))
            return {row.id: row.summed_version for row in rows}

    assert await versions() == {counted.case_id: counted.version, left.case_id: left.version}
    async with transaction(worker) as session:
        await session.execute(update(CaseRow).where(CaseRow.id == left.case_id).values(summed_version=None))
    for case in (counted, left):
        await recorded(worker, request(case, places.trust, ev.NeededBySet(needed_by=TODAY)))
    assert await versions() == {counted.case_id: counted.version + 1, left.case_id: None}


async def test_given_a_next_look_when_noted_then_it_is_kept_for_that_case_until_there_is_none(
    worker: AsyncEngine, places: Places, person_id: UUID
) -> None:
    case, other = await two_cases(worker, places, person_id)

    async def looks() -> dict[UUID, datetime | None]:
        async with transaction(worker) as session:
            rows = await session.execute(select(CaseRow.id, CaseRow.next_look_at))
            return {row.id: row.next_look_at for row in rows}

    for at in (NOW, NOW, None):
        async with transaction(worker) as session:
            await note_next_look(session, case.case_id, at)
        assert await looks() == {case.case_id: at, other.case_id: None}
