"""Cases held against their events: what agrees, and each way in which one can differ."""

from __future__ import annotations

from datetime import date
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from discharge.cases import events as ev
from discharge.cases.model import FollowUp
from discharge.delays.model import DelayReason, ReadyPeriod
from discharge.store.consistency import check_cases
from discharge.store.engine import make_sessions, transaction
from tests.discharge.cases.stories import noon
from tests.fixtures.cases import TODAY, open_case, recorded, request
from tests.fixtures.postgres import Places

READY = ReadyPeriod(ready_on=date(2026, 3, 1))


async def found(engine: AsyncEngine, only: UUID | None = None) -> dict[UUID, tuple[str, ...]]:
    return {each.case_id: each.differences async for each in check_cases(make_sessions(engine), only)}


@pytest.fixture
async def case_id(worker: AsyncEngine, places: Places, person_id: UUID) -> UUID:
    """A case with something in every table that lists read."""
    case = await open_case(worker, person_id, places.trust)
    reason = DelayReason(reason_id=uuid4(), kind="national", code="CA10", owner_role="council", from_on=TODAY)
    step = request(
        case,
        places.trust,
        ev.ReadyPeriodStarted(period=READY),
        ev.DelayReasonRecorded(reason=reason),
        ev.CheckStarted(form="v1", started_on=TODAY),
        ev.FollowUpScheduled(follow_up=FollowUp(key="24-hours", due_at=noon(1))),
    )
    await recorded(worker, step)
    return case.case_id


async def test_given_cases_as_they_were_recorded_then_all_agree(worker: AsyncEngine, case_id: UUID) -> None:
    assert await found(worker) == {case_id: ()}
    assert await found(worker, uuid4()) == {}


@pytest.mark.parametrize(
    ("broken", "difference"),
    [
        ("UPDATE cases SET snapshot = jsonb_set(snapshot, '{stage}', '\"ready\"')", "snapshot: stage"),
        ("UPDATE cases SET snapshot = '{}'", "the snapshot cannot be read"),
        ("UPDATE cases SET closed_on = '2026-03-02', outcome = 'died'", "cases: outcome"),
        ("UPDATE ready_periods SET ended_on = '2026-03-09'", "ready_periods: ended_on"),
        ("DELETE FROM delay_reasons", "delay_reasons: a row is missing"),
        ("UPDATE follow_ups SET due_at = due_at + interval '1 hour'", "follow_ups: due_at"),
        (
            "INSERT INTO follow_ups (case_id, key, due_at) SELECT id, 'welfare', now() FROM cases",
            "follow_ups: a row too many",
        ),
        ("DELETE FROM case_events WHERE sequence = 2", "event 2 is missing"),
        ('UPDATE case_events SET payload = \'{"kind": "none"}\' WHERE sequence = 3', "event 3 cannot be"),
    ],
)
async def test_given_something_that_was_changed_beside_the_events_then_it_is_named_without_its_value(
    owner: AsyncEngine, worker: AsyncEngine, case_id: UUID, broken: str, difference: str
) -> None:
    async with transaction(owner) as session:
        await session.execute(text("ALTER TABLE case_events DISABLE TRIGGER USER"))
        await session.execute(text(broken))
        await session.execute(text("ALTER TABLE case_events ENABLE TRIGGER USER"))
    differences = (await found(worker))[case_id]
    assert any(each.startswith(difference) for each in differences), differences
