"""What a command changes is written in one statement, whatever tables it falls into."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import event, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncEngine

from discharge.cases import events as ev
from discharge.cases.model import Case
from discharge.cases.outbox_items import Outgoing
from discharge.store.engine import transaction
from discharge.store.record import Recorded, record
from discharge.store.row_writes import Rows, added, put, write_rows
from discharge.store.tables import CaseOwnerRow, CaseRow, CaseSpellRow, OutboxRow, PartnerRow
from tests.fixtures.cases import NOW, TODAY, open_case, recorded, referred, request
from tests.fixtures.postgres import Places


@contextmanager
def statements(engine: AsyncEngine) -> Iterator[list[str]]:
    """What is asked of PostgreSQL meanwhile."""
    asked: list[str] = []

    def note(*given: Any) -> None:
        asked.append(given[2])

    event.listen(engine.sync_engine, "before_cursor_execute", note)
    yield asked
    event.remove(engine.sync_engine, "before_cursor_execute", note)


async def test_given_a_referral_when_recorded_then_its_turn_its_case_and_all_rows_are_a_statement_each(
    worker: AsyncEngine, places: Places, person_id: UUID
) -> None:
    async with transaction(worker) as session:
        session.add(
            PartnerRow(organisation_id=places.housing, endpoint="https://x.test", kind="housing-health")
        )
    told = tuple(
        Outgoing(organisation_id=to, kind="order", content={"number": str(number)}, needs_basis=False)
        for number, to in enumerate((places.housing, places.landlord, places.housing))
    )
    events = referred(person_id, places.trust, places.housing)
    given = request(Case(case_id=uuid4()), places.trust, *events, outgoing=told)
    with statements(worker) as asked:
        outcome = await recorded(worker, given)
    assert isinstance(outcome, Recorded)
    assert outcome.queued
    begins = [each.split()[0] for each in asked]
    assert begins == ["SELECT", "SELECT", "SELECT", "SAVEPOINT", "WITH", "RELEASE"]
    async with transaction(worker) as session:
        items = await session.scalars(select(OutboxRow.payload).order_by(OutboxRow.sequence))
        assert [each["number"] for each in items] == ["0", "2"]


async def test_given_nobody_with_an_address_when_recorded_then_nothing_waits_for_the_relay(
    worker: AsyncEngine, places: Places, person_id: UUID
) -> None:
    told = Outgoing(organisation_id=places.landlord, kind="order", content={}, needs_basis=False)
    events = referred(person_id, places.trust)
    outcome = await recorded(worker, request(Case(case_id=uuid4()), places.trust, *events, outgoing=(told,)))
    assert isinstance(outcome, Recorded)
    assert not outcome.queued


async def test_given_when_to_look_again_then_it_is_written_with_the_case_and_else_left(
    worker: AsyncEngine, places: Places, person_id: UUID
) -> None:
    case = await open_case(worker, person_id, places.trust)
    last = NOW + timedelta(days=1)
    for at in (NOW, None, last):
        step = request(case, places.trust, ev.NeededBySet(needed_by=TODAY))
        async with transaction(worker) as session:
            await record(session, step.envelope, lambda _, step=step: step, lambda _, at=at: at)  # type: ignore[misc]
        case = step.case
        async with transaction(worker) as session:
            assert await session.scalar(select(CaseRow.next_look_at)) == at
    await recorded(worker, request(case, places.trust, ev.NeededBySet(needed_by=None)))
    async with transaction(worker) as session:
        assert await session.scalar(select(CaseRow.next_look_at)) == last


async def test_given_one_row_that_may_not_be_when_rows_are_written_then_none_is(
    worker: AsyncEngine, places: Places, person_id: UUID
) -> None:
    case = await open_case(worker, person_id, places.trust)
    owner = {"case_id": case.case_id, "organisation_id": places.trust, "team_id": None, "user_id": None}
    nowhere = {"case_id": case.case_id, "spell_id": uuid4()}
    rows = [Rows(put(CaseOwnerRow), [owner]), Rows(added(CaseSpellRow), [nowhere])]
    async with transaction(worker) as session:
        with pytest.raises(IntegrityError):
            async with session.begin_nested():
                await write_rows(session, rows)
        assert await session.scalar(select(func.count()).select_from(CaseOwnerRow)) == 0
        await write_rows(session, rows[:1])
        assert await session.scalar(select(func.count()).select_from(CaseOwnerRow)) == 1
