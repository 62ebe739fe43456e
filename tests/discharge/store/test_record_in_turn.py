"""That a case is recorded in turn, and what a constraint's refusal rests on."""

from __future__ import annotations

import asyncio
import time
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from discharge.cases import events as ev
from discharge.cases.model import Case
from discharge.errors import Unavailable
from discharge.store import record as recording
from discharge.store.engine import LOCKED, transaction
from discharge.store.record import Recorded
from tests.fixtures.cases import TODAY, open_case, recorded, referred, request
from tests.fixtures.postgres import Places


async def test_given_two_at_one_case_then_what_is_recorded_second_waits_for_the_first(
    worker: AsyncEngine, places: Places, person_id: UUID
) -> None:
    case = await open_case(worker, person_id, places.trust)
    step = request(case, places.trust, ev.NeededBySet(needed_by=TODAY))
    async with transaction(worker) as busy:
        await recording.one_at_a_time(busy, case.case_id)
        second = asyncio.create_task(recorded(worker, step))
        assert await asyncio.wait([second], timeout=0.3) == (set(), {second})
    assert isinstance(await asyncio.wait_for(second, 5), Recorded)


async def test_given_two_cases_then_a_command_of_one_waits_for_nothing_of_the_other(
    worker: AsyncEngine, places: Places, person_id: UUID
) -> None:
    case = await open_case(worker, person_id, places.trust)
    async with transaction(worker) as busy:
        await recording.one_at_a_time(busy, uuid4())
        step = request(case, places.trust, ev.NeededBySet(needed_by=TODAY))
        assert isinstance(await asyncio.wait_for(recorded(worker, step), 5), Recorded)


HOLDS = {
    "the case's turn": ("SELECT pg_advisory_xact_lock(hashtextextended('homeward.case:' || :id, 0))", 1.0),
    "its row": ("SELECT id FROM cases WHERE CAST(id AS text) = :id FOR UPDATE", 0.5),
}


@pytest.mark.parametrize(("held", "seconds"), HOLDS.values(), ids=HOLDS)
async def test_given_a_lock_that_somebody_keeps_then_a_command_is_told_soon_that_it_is_busy(
    worker: AsyncEngine, places: Places, person_id: UUID, held: str, seconds: float
) -> None:
    case = await open_case(worker, person_id, places.trust)
    given = request(case, places.trust, ev.CheckStarted(form="v1", started_on=TODAY))
    async with transaction(worker) as session:
        await session.execute(text(held), {"id": str(case.case_id)})
        began = time.monotonic()
        with pytest.raises(Unavailable) as error:
            await recorded(worker, given)
        assert seconds <= time.monotonic() - began < seconds + 1.5
    assert (error.value.code, error.value.detail) == ("database-busy", LOCKED)
    assert isinstance(await recorded(worker, given), Recorded)


async def test_given_a_constraint_that_says_no_then_its_state_and_its_name_give_the_code(
    worker: AsyncEngine, places: Places, person_id: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[str | None, str | None]] = []

    def watched(state: str | None, constraint: str | None) -> str | None:
        asked.append((state, constraint))
        return "case-already-open"

    monkeypatch.setattr(recording, "refusal_of", watched)
    await open_case(worker, person_id, places.trust)
    await recorded(worker, request(Case(case_id=uuid4()), places.trust, *referred(person_id, places.trust)))
    [(state, constraint)] = asked
    assert state == "23505"
    assert constraint
