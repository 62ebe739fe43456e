"""Two builds on one record: each reads what the other wrote, and a case stays what its events say."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, LiteralString
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from discharge.cases import commands as cmd
from discharge.cases import events as ev
from discharge.cases.model import SNAPSHOT
from discharge.store import changes, consistency
from discharge.store import record as store
from discharge.store.engine import transaction
from tests.fixtures.cases import TODAY, loaded, open_case, recorded, request
from tests.fixtures.postgres import Database, Places

LATER = """
UPDATE cases SET snapshot = snapshot || '{"schema": 99, "of-later": [1]}' || jsonb_build_object(
  'referral', snapshot -> 'referral' || '{"of-later": "x"}');
UPDATE case_events SET payload = payload || '{"schema": 99, "of-later": {"a": 1}}';
UPDATE case_commands SET answer = answer || '{"schema": 99, "of-later": true}'
"""


@pytest.fixture
async def case_id(worker: AsyncEngine, places: Places, person_id: UUID) -> UUID:
    return (await open_case(worker, person_id, places.trust)).case_id


def written_by_another_build(database: Database, statements: LiteralString) -> None:
    """Behind the walls, which let nobody change an event."""
    with database.server.superuser(database.name) as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute(statements)


async def differing(engine: AsyncEngine, case_id: UUID) -> tuple[str, ...]:
    async with transaction(engine) as session:
        return await consistency.differences(session, case_id)


async def stored(engine: AsyncEngine) -> dict[str, Any]:
    async with transaction(engine) as session:
        return dict((await session.execute(text("SELECT snapshot FROM cases"))).scalar_one())


async def goes_on(engine: AsyncEngine, case_id: UUID, by: UUID) -> None:
    case = await loaded(engine, case_id)
    given = request(case, by, ev.CheckStarted(form="v1", started_on=TODAY), command=cmd.StartCheck(form="v1"))
    assert (await recorded(engine, given)).answer.outcome == "accepted"
    again = await recorded(engine, given)
    assert again.answer == given.answer


async def test_given_rows_of_a_later_build_when_read_and_written_by_this_one_then_the_case_goes_on(
    worker: AsyncEngine, database: Database, places: Places, case_id: UUID
) -> None:
    written_by_another_build(database, LATER)
    assert await differing(worker, case_id) == ()
    await goes_on(worker, case_id, places.trust)
    async with transaction(worker) as session:
        assert await changes.changed_since(session, case_id, 0, ["referral"]) == ("referral",)
    assert (await stored(worker))["schema"] == SNAPSHOT.schema
    assert await differing(worker, case_id) == ()


async def test_given_a_snapshot_of_an_earlier_build_when_read_then_its_events_say_what_is_new_since(
    worker: AsyncEngine, database: Database, places: Places, case_id: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = await loaded(worker, case_id)
    written_by_another_build(database, "UPDATE cases SET snapshot = snapshot - 'participants'")
    assert "snapshot: participants" in await differing(worker, case_id)
    later = replace(SNAPSHOT, schema=SNAPSHOT.schema + 1)
    for module in (store, consistency):
        monkeypatch.setattr(module, "SNAPSHOT", later)
    assert await loaded(worker, case_id) == whole
    assert await differing(worker, case_id) == ()
    await goes_on(worker, case_id, places.trust)
    kept = await stored(worker)
    assert kept["schema"] == later.schema
    assert kept["participants"]
    assert await differing(worker, case_id) == ()
