"""The whole upgrade, rehearsed on the record of the released version: nothing is lost, figures stay equal,
and its cases go on.

`released/0034.json.gz` holds every row of fifteen cases in every stage, their people and messages, as the
code of that version recorded them, and the bed-days report that it gave.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg import sql
from sqlalchemy.ext.asyncio import AsyncEngine

from api.bed_days.queries import BedDaysQuery, bed_days
from discharge.cases.commands import Envelope, FlagHomelessness
from discharge.cases.model import Actor
from discharge.delays.released import counterfactual
from discharge.store.consistency import check_cases
from discharge.store.count_anew import count_anew
from discharge.store.engine import make_engine, make_sessions, transaction
from discharge.store.migrations import migrate
from discharge.store.record import load_case
from fhir_adapters.store.inbox_bytes import move_bytes, not_moved
from housing_checks.store.apply import apply
from tests.api.web.test_principals import principal
from tests.fixtures.postgres import Database, Server

pytestmark = pytest.mark.slow
RELEASED = Path(__file__).parent / "released" / "0034.json.gz"
Rows = list[dict[str, Any]]


@dataclass(frozen=True)
class Released:
    """What the released version had recorded."""

    revision: str
    trust: UUID
    report: dict[str, Any]
    tables: dict[str, Rows]

    @property
    def as_of(self) -> date:
        return date.fromisoformat(self.report["as_of"])


@pytest.fixture(scope="module")
def released() -> Released:
    kept = json.loads(gzip.decompress(RELEASED.read_bytes()))
    return Released(kept["revision"], UUID(kept["trust"]), kept["report"], kept["tables"])


@pytest.fixture
def database(postgres_server: Server, released: Released) -> Iterator[Database]:
    """A database of the released version with its rows, brought up to this version."""
    name = f"test_{uuid4().hex}"
    postgres_server.create(name)
    found = Database(postgres_server, name)
    migrate(found.owner_url, released.revision)
    with postgres_server.superuser(name) as connection:
        connection.execute("SET session_replication_role = replica")
        for table, rows in released.tables.items():
            put(connection, table, rows)
    migrate(found.owner_url)
    yield found
    postgres_server.drop(name)


def put(connection: psycopg.Connection, table: str, rows: Rows) -> None:
    """Rows as they were, without what PostgreSQL computes."""
    into = sql.Identifier(table)
    connection.execute(
        sql.SQL("INSERT INTO {0} SELECT * FROM jsonb_populate_recordset(NULL::{0}, %s)").format(into),
        [json.dumps(rows)],
    )
    if table in ("inbox", "outbox"):
        connection.execute(
            sql.SQL("SELECT setval(pg_get_serial_sequence(%s, 'sequence'), max(sequence)) FROM {}").format(
                into
            ),
            [table],
        )


MOVED = {
    "inbox": "SELECT inbox.*, coalesce(raw_inline, beside.raw) AS raw FROM {} AS inbox LEFT JOIN inbox_bytes"
    " AS beside ON beside.inbox_id = inbox.id AND beside.received_at = inbox.received_at"
}
"""How a table that holds less by now is read as it was."""


def as_text(row: dict[str, Any], columns: set[str]) -> str:
    return json.dumps({name: row[name] for name in columns}, sort_keys=True)


def kept(connection: psycopg.Connection, table: str, columns: set[str]) -> list[str]:
    """The rows of a table now, as far as the released version had them."""
    whole = sql.SQL(MOVED.get(table, "SELECT * FROM {}")).format(sql.Identifier(table))
    found = connection.execute(sql.SQL("SELECT to_jsonb(t) FROM ({}) AS t").format(whole))
    return sorted(as_text(row, columns) for (row,) in found)


async def test_given_the_released_record_when_upgraded_then_every_row_of_every_table_is_as_it_was(
    database: Database, engines: tuple[AsyncEngine, AsyncEngine], released: Released
) -> None:
    def unchanged() -> None:
        with psycopg.connect(database.owner_url.replace("+psycopg", "")) as connection:
            for table, rows in released.tables.items():
                before = sorted(as_text(row, set(row)) for row in rows)
                assert kept(connection, table, set(rows[0])) == before, table

    unchanged()
    async with transaction(engines[0]) as session:
        assert await not_moved(session) == len(released.tables["inbox"])
        while await move_bytes(session):
            pass
        assert await not_moved(session) == 0
    unchanged()
    assert sum(len(rows) for rows in released.tables.values()) > 1_000


@pytest.fixture
async def engines(database: Database) -> AsyncIterator[tuple[AsyncEngine, AsyncEngine]]:
    worker, api = make_engine(database.worker_url), make_engine(database.api_url)
    yield worker, api
    await worker.dispose()
    await api.dispose()


WORDS = frozenset({"label", "definition", "source"})


def known_then(now: Any, then: Any) -> Any:
    """What is said now, of what was said then: a later version may say more, and in other words."""
    if isinstance(now, dict) and isinstance(then, dict):
        both = {name: (value, then[name]) for name, value in now.items() if name in then}
        return {name: pair[1] if name in WORDS else known_then(*pair) for name, pair in both.items()}
    if isinstance(now, list) and isinstance(then, list) and len(now) == len(then):
        return [known_then(*both) for both in zip(now, then, strict=True)]
    return now


async def test_given_the_released_record_when_upgraded_then_figures_are_equal_and_its_cases_go_on(
    engines: tuple[AsyncEngine, AsyncEngine], released: Released
) -> None:
    worker, api = engines
    asked = BedDaysQuery(
        date(2020, 1, 1), released.as_of, released.as_of, counterfactual("fixed:30", released.as_of)
    )
    caller = principal("trust-monitor", released.trust)

    async def report() -> dict[str, Any]:
        async with transaction(api, organisation_id=released.trust) as session:
            return (await bed_days(session, caller, asked)).model_dump(mode="json")

    assert known_then(await report(), released.report) == released.report
    async with transaction(worker) as session:
        assert not await count_anew(session)
    assert known_then(await report(), released.report) == released.report
    checked = [each async for each in check_cases(make_sessions(worker))]
    assert [each for each in checked if each.differences] == []
    assert len(checked) == len(released.tables["cases"])

    for row in released.tables["cases"]:
        if row["closed_on"] is None:
            await flagged(worker, UUID(row["id"]), row["version"])


async def flagged(worker: AsyncEngine, case_id: UUID, version: int) -> None:
    """A command on a case of the released version is decided and recorded."""
    now = datetime.now(UTC)
    async with transaction(worker) as session:
        before = await load_case(session, case_id)
        assert before.version == version
        actor = Actor(organisation_id=before.participants[0].organisation_id, role="discharge-team")
        envelope = Envelope(
            command_id=uuid4(),
            case_id=case_id,
            actor=actor,
            effective_on=now.date(),
            command=FlagHomelessness(flag="no"),
        )
        outcome = await apply(session, envelope, now)
        assert outcome.answer.outcome == "accepted", outcome.answer
        assert (await load_case(session, case_id)).version > version
