"""The sweep finds an open case that is not what its events say, and an alarm says so."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from discharge.cases import events as ev
from discharge.store.engine import make_sessions, transaction
from discharge.store.sweep import EVERY, sweep
from discharge.store.tables import CaseRow
from fhir_adapters.store.alarms import look_for_alarms
from fhir_adapters.store.tables import AlarmRow
from tests.fixtures.cases import TODAY, loaded, open_case, recorded, request
from tests.fixtures.postgres import Places


async def swept(engine: AsyncEngine, case_id: UUID) -> tuple[str | None, list[tuple[str, str]]]:
    """What a sweep says of a case, and the alarms that are open then."""
    long_ago = datetime.now(UTC) - EVERY - timedelta(minutes=1)
    async with transaction(engine) as session:
        await session.execute(update(CaseRow).values(swept_at=long_ago))
    assert await sweep(make_sessions(engine)) is False
    await look_for_alarms(engine)
    async with transaction(engine) as session:
        alarms = await session.scalars(select(AlarmRow).where(AlarmRow.cleared_at.is_(None)))
        row = await session.get_one(CaseRow, case_id)
        return row.differs, [(alarm.kind, alarm.fact) for alarm in alarms]


async def set_snapshot(engine: AsyncEngine, case_id: UUID, **changed: str | None) -> None:
    async with transaction(engine) as session:
        row = await session.get_one(CaseRow, case_id)
        row.snapshot = {**row.snapshot, **changed}


async def test_given_a_snapshot_that_moved_without_an_event_when_swept_then_an_alarm_stands_until_mended(
    worker: AsyncEngine, places: Places, person_id: UUID
) -> None:
    case = await open_case(worker, person_id, places.trust)
    await recorded(worker, request(case, places.trust, ev.NeededBySet(needed_by=TODAY)))
    assert await swept(worker, case.case_id) == (None, [])
    await set_snapshot(worker, case.case_id, needed_by="2026-03-16")
    differs, alarms = await swept(worker, case.case_id)
    assert differs is not None
    assert "snapshot: needed_by" in differs
    assert [kind for kind, _ in alarms] == ["case-differs"]
    await set_snapshot(worker, case.case_id, needed_by=TODAY.isoformat())
    assert await swept(worker, case.case_id) == (None, [])
    assert (await loaded(worker, case.case_id)).needed_by == TODAY


async def test_given_a_case_that_had_its_turn_today_when_swept_then_it_waits_for_the_next(
    worker: AsyncEngine, places: Places, person_id: UUID
) -> None:
    case = await open_case(worker, person_id, places.trust)
    assert await swept(worker, case.case_id) == (None, [])
    await set_snapshot(worker, case.case_id, needed_by="2026-03-16")
    await sweep(make_sessions(worker))
    async with transaction(worker) as session:
        assert (await session.get_one(CaseRow, case.case_id)).differs is None
