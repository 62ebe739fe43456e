"""Two builds on one record: each reads what the other wrote, and a case stays what its events say."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, LiteralString
from uuid import UUID

import pytest
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncEngine

from api.cases.queries import event_summary
from api.cases.timeline import timeline_lines
from api.web.names import directory
from discharge.cases import commands as cmd
from discharge.cases import events as ev
from discharge.cases.model import SNAPSHOT, Case, Strand
from discharge.errors import HomewardError
from discharge.store import changes, consistency, record_rows
from discharge.store import record as store
from discharge.store.commands import kept_command
from discharge.store.count_anew import count_anew
from discharge.store.engine import make_sessions, transaction
from discharge.store.outbox import queue_case_signal
from discharge.store.sweep import sweep
from discharge.store.tables import CaseEventRow, CaseRow
from discharge.stored import NEWER
from tests.fixtures.cases import NOW, TODAY, carried_out, loaded, open_case, recorded, request
from tests.fixtures.postgres import Database, Places

LATER = """
UPDATE cases SET snapshot = snapshot || '{"schema": 99, "of-later": [1]}' || jsonb_build_object(
  'referral', snapshot -> 'referral' || '{"of-later": "x"}');
UPDATE case_events SET payload = payload || '{"schema": 99, "of-later": {"a": 1}}';
UPDATE case_commands SET answer = answer || '{"schema": 99, "of-later": true}'
"""

LATER_EVENT = """
INSERT INTO case_events (case_id, sequence, kind, payload, effective_on, case_time, command_id,
  organisation_id, role)
SELECT case_id, sequence + 1, 'telecare-fitted', '{"schema": 99, "kind": "telecare-fitted", "pendant": "x"}',
  effective_on, case_time, gen_random_uuid(), organisation_id, role
FROM case_events ORDER BY sequence DESC LIMIT 1;
UPDATE cases SET version = version + 1,
  snapshot = snapshot || jsonb_build_object('schema_of_events', 99, 'version', version + 1)
"""

UNREADABLE = """
UPDATE cases SET snapshot = snapshot || '{"schema": 99, "owners": "everybody",
  "gate": {"heating": {"code": "heating", "value": "perhaps"}}}'
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


async def refused_as_newer(engine: AsyncEngine, case_id: UUID, by: UUID) -> None:
    """Nothing is decided, and nothing is written over."""
    before = await stored(engine)
    given = request(Case(case_id=case_id), by, command=cmd.AcceptReferral())
    with pytest.raises(HomewardError) as error:
        await carried_out(engine, given.envelope, NOW)
    assert error.value.code == NEWER
    assert error.value.row.retryable
    assert await stored(engine) == before


async def verdicts(engine: AsyncEngine) -> list[consistency.Checked]:
    return [each async for each in consistency.check_cases(make_sessions(engine))]


async def test_given_rows_of_a_later_build_then_this_one_reads_them_and_leaves_the_case_to_the_later_one(
    worker: AsyncEngine, database: Database, places: Places, case_id: UUID
) -> None:
    written_by_another_build(database, LATER)
    await refused_as_newer(worker, case_id, places.trust)
    assert SNAPSHOT.read(await stored(worker)).case_id == case_id
    async with transaction(worker) as session:
        assert await changes.changed_since(session, case_id, 0, ["referral"]) == ("referral",)
    assert await verdicts(worker) == [consistency.Checked(case_id, newer=True)]


async def test_given_an_event_of_a_kind_that_only_a_later_build_has_then_it_is_kept_and_shown_and_not_folded(
    worker: AsyncEngine, database: Database, places: Places, case_id: UUID
) -> None:
    written_by_another_build(database, LATER_EVENT)
    await refused_as_newer(worker, case_id, places.trust)
    async with transaction(worker) as session:
        rows = await session.scalars(select(CaseEventRow).order_by(CaseEventRow.sequence))
        *known, newest = timeline_lines(rows.all(), {}, await directory(session))
        last = (await session.scalars(select(CaseEventRow).order_by(CaseEventRow.sequence.desc()))).first()
    assert known
    assert newest.what == "Recorded by a newer version of Homeward (Telecare fitted)"
    assert last is not None
    said = event_summary(last)
    assert (said.kind, said.event["pendant"], said.organisation_id) == ("telecare-fitted", "x", places.trust)
    assert await verdicts(worker) == [consistency.Checked(case_id, newer=True)]
    assert await sweep(make_sessions(worker)) is False
    async with transaction(worker) as session:
        assert (await session.get_one(CaseRow, case_id)).differs is None


async def test_given_a_strand_of_a_kind_that_only_a_later_build_has_then_the_case_is_left_to_that_build(
    worker: AsyncEngine, places: Places, case_id: UUID
) -> None:
    case = await loaded(worker, case_id)
    later = Strand(kind="telecare", number=1, item="pendant", started_on=TODAY, owner_role="telecare")
    await recorded(worker, request(case, places.trust, ev.StrandStarted(strand=later)))
    await refused_as_newer(worker, case_id, places.trust)


@pytest.mark.parametrize("later", ['{"schema": 99}', '{"command": {"kind": "fit-telecare", "pendant": "x"}}'])
async def test_given_a_command_of_a_later_build_then_it_is_left_to_that_build(
    worker: AsyncEngine, places: Places, case_id: UUID, later: str
) -> None:
    given = request(await loaded(worker, case_id), places.trust).envelope
    async with transaction(worker) as session:
        await queue_case_signal(session, given)
        changed = text("UPDATE outbox SET payload = payload || CAST(:later AS jsonb)")
        await session.execute(changed, {"later": later})
        with pytest.raises(HomewardError, match=NEWER):
            await kept_command(session, case_id, given.command_id)


async def test_given_a_snapshot_with_parts_that_only_a_later_build_can_read_then_the_others_are_shown(
    worker: AsyncEngine, database: Database, case_id: UUID
) -> None:
    whole = await loaded(worker, case_id)
    written_by_another_build(database, UNREADABLE)
    shown = SNAPSHOT.read(await stored(worker))
    assert (shown.referral, shown.owners) == (whole.referral, ())
    assert (shown.gate["heating"].value, shown.gate["heating"].satisfied) == ("perhaps", False)
    written_by_another_build(database, 'UPDATE cases SET snapshot = snapshot || \'{"stage": "in-orbit"}\'')
    assert SNAPSHOT.read(await stored(worker)).stage == "in-orbit"
    written_by_another_build(database, "UPDATE cases SET snapshot = snapshot || '{\"stage\": []}'")
    with pytest.raises(HomewardError, match=NEWER):
        SNAPSHOT.read(await stored(worker))


async def test_given_cases_of_a_later_build_that_are_not_counted_then_they_are_left_to_it(
    worker: AsyncEngine, database: Database, case_id: UUID
) -> None:
    written_by_another_build(database, LATER)
    written_by_another_build(database, "UPDATE cases SET summed_version = NULL")
    async with transaction(worker) as session:
        assert await count_anew(session) is False
        assert (await session.get_one(CaseRow, case_id)).summed_version is None


async def test_given_a_snapshot_of_an_earlier_build_when_read_then_its_events_say_what_is_new_since(
    worker: AsyncEngine, database: Database, places: Places, case_id: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = await loaded(worker, case_id)
    written_by_another_build(database, "UPDATE cases SET snapshot = snapshot - 'participants'")
    assert "snapshot: participants" in await differing(worker, case_id)
    later = replace(SNAPSHOT, schema=SNAPSHOT.schema + 1)
    for module in (store, record_rows, consistency):
        monkeypatch.setattr(module, "SNAPSHOT", later)
    assert await loaded(worker, case_id) == whole
    assert await differing(worker, case_id) == ()
    await goes_on(worker, case_id, places.trust)
    kept = await stored(worker)
    assert kept["schema"] == later.schema
    assert kept["participants"]
    assert await differing(worker, case_id) == ()
