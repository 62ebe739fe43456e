"""What follows from a case is written as rows: what differs, or all of it where nobody knows what stands."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import event, select
from sqlalchemy.ext.asyncio import AsyncEngine

from discharge.store.engine import transaction
from discharge.store.projections import Change, project
from discharge.store.tables import CaseOwnerRow
from tests.fixtures.cases import open_case
from tests.fixtures.postgres import Places


async def test_given_a_case_that_is_new_when_recorded_then_nothing_of_it_is_sought_to_be_removed(
    worker: AsyncEngine, places: Places, person_id: UUID
) -> None:
    asked: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        asked.append(statement)

    event.listen(worker.sync_engine, "before_cursor_execute", note)
    await open_case(worker, person_id, places.trust)
    event.remove(worker.sync_engine, "before_cursor_execute", note)
    assert asked
    assert not [statement for statement in asked if statement.startswith("DELETE")]


async def test_given_a_case_that_is_written_whole_then_what_is_no_part_of_it_goes(
    worker: AsyncEngine, places: Places, person_id: UUID
) -> None:
    case = await open_case(worker, person_id, places.trust)
    async with transaction(worker) as session:
        session.add(CaseOwnerRow(case_id=case.case_id, organisation_id=places.landlord))
    async with transaction(worker) as session:
        await project(session, Change(None, case, ()))
    async with transaction(worker) as session:
        owners = await session.scalars(select(CaseOwnerRow.organisation_id))
        assert places.landlord not in owners.all()
