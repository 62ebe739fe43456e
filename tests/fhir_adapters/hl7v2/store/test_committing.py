"""Groups of messages on connections of their own: all or none, kept for the next, and errors in our words."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from deploy.embedded import postgres
from discharge.errors import HomewardError, Unavailable
from discharge.store.driver import DatabaseTimes, NoAnswer
from discharge.store.engine import make_engine, transaction
from fhir_adapters.hl7v2.receive.directory import FeedDoor
from fhir_adapters.hl7v2.store import group_commit
from fhir_adapters.hl7v2.store.group_commit import Committer
from fhir_adapters.store.inbox import Arrived, Named
from fhir_adapters.store.tables import InboxRow
from tests.fhir_adapters.hl7v2.conftest import Intake
from tests.fixtures.postgres import Database

SHORT = DatabaseTimes(connect=1, statement=1, silence=0.2)


def named(*ids: str) -> list[Named]:
    return [Named.of(Arrived(each.encode(), "x-application/hl7-v2+er7", message_id=each)) for each in ids]


@pytest.fixture
def door(intake: Intake) -> FeedDoor:
    return FeedDoor(intake.feed_id, "RXH-PAS", intake.organisation_id, None)


@pytest.fixture
async def committer(database: Database) -> AsyncIterator[Committer]:
    engine = make_engine(database.api_url, times=SHORT)
    made = Committer(engine)
    yield made
    await made.close()
    await engine.dispose()


def sessions(database: Database) -> set[int]:
    """Who is connected in the listener's role."""
    asked = "SELECT pid FROM pg_stat_activity WHERE datname = %s AND usename = %s"
    with database.server.superuser() as connection:
        return {pid for (pid,) in connection.execute(asked, (database.name, postgres.API))}


def ended(database: Database) -> None:
    asked = "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = %s AND usename = %s"
    with database.server.superuser() as connection:
        connection.execute(asked, (database.name, postgres.API))


async def kept(intake: Intake) -> dict[object, str]:
    return {row.id: row.message_id for row in await intake.rows(InboxRow)}


async def test_given_a_group_then_each_message_has_its_own_row_and_the_connection_is_kept(
    committer: Committer, door: FeedDoor, intake: Intake, database: Database
) -> None:
    received = await committer.commit(door, named("M1", "M2", "M3"))
    found = await kept(intake)
    assert [found[each.id] for each in received] == ["M1", "M2", "M3"]
    before = sessions(database)
    again = await committer.commit(door, named("M2", "M4"))
    assert [each.repeated for each in again] == [True, False]
    assert len(before) == 1
    assert sessions(database) == before
    await committer.close()
    async with asyncio.timeout(10):
        while sessions(database):
            await asyncio.sleep(0.01)


async def test_given_a_feed_of_another_organisation_then_nothing_is_kept_and_the_next_group_is(
    committer: Committer, door: FeedDoor, intake: Intake
) -> None:
    elsewhere = FeedDoor(door.feed_id, "RXH-PAS", door.feed_id, None)
    with pytest.raises(HomewardError):
        await committer.commit(elsewhere, named("M1"))
    assert await kept(intake) == {}
    assert len(await committer.commit(door, named("M1"))) == 1


@pytest.fixture
async def sound(owner: AsyncEngine, intake: Intake) -> None:
    async with transaction(owner) as session:
        await session.execute(text("ALTER TABLE inbox ADD CONSTRAINT sound CHECK (message_id <> 'BROKEN')"))


async def test_given_one_message_that_cannot_be_kept_then_none_of_its_group_is_and_no_value_is_repeated(
    committer: Committer, door: FeedDoor, intake: Intake, database: Database, sound: None
) -> None:
    await committer.commit(door, named("M0"))
    before = sessions(database)
    with pytest.raises(HomewardError) as error:
        await committer.commit(door, named("M1", "BROKEN"))
    assert (error.value.code, error.value.detail) == ("internal", "23514")
    assert error.value.__suppress_context__
    assert set((await kept(intake)).values()) == {"M0"}
    await committer.commit(door, named("M1"))
    assert not sessions(database) & before


async def test_given_kept_connections_that_died_then_a_new_one_takes_the_group(
    committer: Committer, door: FeedDoor, intake: Intake, database: Database
) -> None:
    await asyncio.gather(*(committer.commit(door, named(f"A{number}")) for number in range(3)))
    ended(database)
    received = await committer.commit(door, named("M1"))
    assert (await kept(intake))[received[0].id] == "M1"


async def test_given_nobody_listens_then_it_is_told_that_the_database_is_away(
    door: FeedDoor, database: Database
) -> None:
    engine = make_engine(database.api_url.replace(str(database.server.port), "1"))
    with pytest.raises(Unavailable) as error:
        await Committer(engine).commit(door, named("M1"))
    assert (error.value.code, error.value.detail) == ("database-unavailable", "")
    await engine.dispose()


async def test_given_a_statement_that_takes_too_long_then_the_database_is_busy(
    committer: Committer, door: FeedDoor, intake: Intake, owner: AsyncEngine
) -> None:
    await committer.commit(door, named("M0"))
    async with transaction(owner) as session:
        await session.execute(text("LOCK TABLE inbox"))
        with pytest.raises(Unavailable) as error:
            await committer.commit(door, named("M1"))
    assert (error.value.code, error.value.detail) == ("database-busy", "57014")


class Played:
    """A kept connection, and the cursor on it, that fails as it is told."""

    def __init__(self, failure: Exception, *, broken: bool) -> None:
        self.failure, self.broken, self.asked, self.closed = failure, broken, 0, 0
        self.connection = self

    async def execute(self, *_: object) -> object:
        self.asked += 1
        raise self.failure

    async def close(self) -> None:
        self.closed += 1


def keeping(committer: Committer, *connections: Played) -> None:
    committer._idle[:] = connections  # type: ignore[assignment]


class Deadlock(psycopg.OperationalError):
    sqlstate = "40P01"


class NoRight(psycopg.OperationalError):
    sqlstate = "42501"


async def test_given_a_kept_connection_that_lives_and_refuses_then_no_other_is_tried(
    committer: Committer, door: FeedDoor
) -> None:
    for failure, code in ((Deadlock(), "database-busy"), (NoRight(), "internal")):
        untouched = Played(failure, broken=False)
        asked = Played(failure, broken=False)
        keeping(committer, untouched, asked)
        with pytest.raises(HomewardError) as error:
            await committer.commit(door, named("M1"))
        assert (error.value.code, error.value.detail) == (code, failure.sqlstate)
        assert (asked.asked, asked.closed, untouched.asked) == (1, 1, 0)
        keeping(committer)


async def test_given_a_kept_connection_that_falls_silent_then_all_are_given_up_and_it_is_told_at_once(
    committer: Committer, door: FeedDoor
) -> None:
    silent = Played(NoAnswer("no answer in time"), broken=True)
    other = Played(NoAnswer("no answer in time"), broken=True)
    keeping(committer, other, silent)
    with pytest.raises(Unavailable) as error:
        await committer.commit(door, named("M1"))
    assert (error.value.code, error.value.detail) == ("database-unavailable", "no-answer")
    assert (silent.asked, other.asked, other.closed, committer._idle) == (1, 0, 1, [])


async def test_given_a_driver_that_is_used_wrongly_then_it_is_our_fault_and_nobody_elses(
    committer: Committer, door: FeedDoor
) -> None:
    for failure, code in (
        (psycopg.InterfaceError("closed"), "database-unavailable"),
        (psycopg.ProgrammingError("wrong"), "internal"),
        (psycopg.DataError("wrong"), "internal"),
    ):
        keeping(committer, Played(failure, broken=True))
        with pytest.raises(HomewardError) as error:
            await committer.commit(door, named("M1"))
        assert error.value.code == code


async def test_given_as_many_commits_as_there_may_be_then_one_more_waits_and_is_told_if_that_is_too_long(
    committer: Committer, door: FeedDoor, monkeypatch: pytest.MonkeyPatch
) -> None:
    go, under_way = asyncio.Event(), 0

    async def slow(_cursor: object, _group: object) -> list[object]:
        nonlocal under_way
        under_way += 1
        await go.wait()
        return []

    monkeypatch.setattr(group_commit, "_commit", slow)
    busy = [
        asyncio.create_task(committer.commit(door, named(f"M{number}")))
        for number in range(group_commit.MOST_CONNECTIONS)
    ]
    async with asyncio.timeout(10):
        while under_way < group_commit.MOST_CONNECTIONS:
            await asyncio.sleep(0.01)
    with pytest.raises(Unavailable) as error:
        await committer.commit(door, named("LATE"))
    assert (error.value.detail, under_way) == ("no-answer", group_commit.MOST_CONNECTIONS)
    go.set()
    await asyncio.gather(*busy)
    assert await committer.commit(door, named("NEXT")) == []
