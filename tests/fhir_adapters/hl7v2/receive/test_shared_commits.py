"""Messages that come at once share a commit and nobody pays for another, on real sockets and PostgreSQL."""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from math import inf
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from deploy.embedded import postgres
from discharge.store.engine import make_engine, transaction
from fhir_adapters.hl7v2.parse.mllp import frame
from fhir_adapters.hl7v2.receive.directory import FeedDoor
from fhir_adapters.hl7v2.send.mllp_client import acknowledgement_code
from fhir_adapters.hl7v2.store.group_commit import AT_ONCE, MOST_MESSAGES, SharedCommits
from fhir_adapters.hl7v2.store.inbox import PostgresInbox
from fhir_adapters.store.inbox import Arrived, Named, Received
from fhir_adapters.store.tables import InboxRow
from tests.fhir_adapters.hl7v2.conftest import Intake
from tests.fhir_adapters.hl7v2.lines import Line, connected, fields, listening
from tests.fhir_adapters.hl7v2.samples import Sample
from tests.fixtures.postgres import Database

BLOCKERS = [f"BLOCK{n}" for n in range(AT_ONCE)]
OTHERS = [f"M{n}" for n in range(12)]


class Watched(PostgresInbox):
    """Counts the messages that were given to it."""

    given = 0

    async def store(self, door: FeedDoor, arrived: Arrived, due: float) -> Received:
        self.given += 1
        return await super().store(door, arrived, due)


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not condition():
            await asyncio.sleep(0.005)


@contextlib.asynccontextmanager
async def blocked(intake: Intake, owner: AsyncEngine) -> AsyncIterator[None]:
    """The commits of the blockers cannot go on while this lasts."""
    async with transaction(owner) as session:
        for message_id in BLOCKERS:
            key = text("SELECT pg_advisory_xact_lock(hashtextextended(:key, 0))")
            await session.execute(key, {"key": f"homeward.inbox:{intake.feed_id}:{message_id}"})
        yield


@dataclass
class Gathered:
    """Messages, each sent on a connection of its own, that wait for the commits of the blockers."""

    inbox: Watched
    asked: dict[str, asyncio.Task[bytes]]
    block: contextlib.AsyncExitStack

    async def answers(self) -> dict[str, list[str]]:
        """MSA of each, once nothing is in the way any more."""
        await self.block.aclose()
        return {message_id: fields(await task, "MSA") for message_id, task in self.asked.items()}


@contextlib.asynccontextmanager
async def gathered(intake: Intake, owner: AsyncEngine, ids: list[str]) -> AsyncIterator[Gathered]:
    inbox, asked = Watched(intake.listener), dict[str, asyncio.Task[bytes]]()
    async with contextlib.AsyncExitStack() as held:
        port, _ = await held.enter_async_context(listening(inbox))
        block = await held.enter_async_context(contextlib.AsyncExitStack())
        await block.enter_async_context(blocked(intake, owner))
        for message_id in (*BLOCKERS, *ids):
            line = await held.enter_async_context(connected(port))
            asked[message_id] = asyncio.create_task(line.ask(Sample(message_id=message_id).raw()))
            await until(lambda: inbox.given == len(asked))
        yield Gathered(inbox, asked, block)


async def commits(intake: Intake) -> Counter[str]:
    """How many rows each transaction wrote."""
    async with transaction(intake.worker) as session:
        return Counter(await session.scalars(text("SELECT xmin::text FROM inbox")))


async def test_given_messages_that_come_while_commits_are_under_way_then_they_share_the_next(
    intake: Intake, owner: AsyncEngine
) -> None:
    assert len(OTHERS) < MOST_MESSAGES
    async with gathered(intake, owner, OTHERS) as waiting:
        assert await intake.rows(InboxRow) == []
        assert not any(task.done() for task in waiting.asked.values())
        answers = await waiting.answers()

    assert {name: answer[1:3] for name, answer in answers.items()} == {name: ["AA", name] for name in answers}
    rows = sorted(await intake.rows(InboxRow), key=lambda row: row.sequence)
    assert [row.message_id for row in rows if row.message_id not in BLOCKERS] == OTHERS
    assert sorted((await commits(intake)).values()) == [1] * AT_ONCE + [len(OTHERS)]


async def test_given_many_senders_then_what_was_acknowledged_is_there_for_others_to_see(
    intake: Intake,
) -> None:
    async with listening(PostgresInbox(intake.listener)) as (port, _):

        async def sender(number: int) -> None:
            async with connected(port) as line:
                for turn in range(5):
                    assert (
                        acknowledgement_code(await line.ask(Sample(message_id=f"S{number}-{turn}").raw()))
                        == "AA"
                    )
                    assert f"S{number}-{turn}" in {row.message_id for row in await intake.rows(InboxRow)}

        await asyncio.gather(*(sender(number) for number in range(8)))


async def test_given_a_message_that_cannot_be_stored_then_only_its_own_sender_is_refused(
    intake: Intake, owner: AsyncEngine
) -> None:
    async with transaction(owner) as session:
        await session.execute(text("ALTER TABLE inbox ADD CONSTRAINT sound CHECK (message_id <> 'BROKEN')"))
    async with gathered(intake, owner, [*OTHERS[:6], "BROKEN", *OTHERS[6:]]) as waiting:
        answers = await waiting.answers()

    assert {name for name, answer in answers.items() if answer[1] != "AA"} == {"BROKEN"}
    rows = sorted(await intake.rows(InboxRow), key=lambda row: row.sequence)
    assert [row.message_id for row in rows if row.message_id not in BLOCKERS] == OTHERS
    assert {row.times_received for row in rows} == {1}


async def test_given_the_database_goes_away_then_all_who_wait_hear_207_and_may_send_again(
    intake: Intake, owner: AsyncEngine, database: Database
) -> None:
    async with gathered(intake, owner, OTHERS) as waiting:
        end_sessions_of_the_listener(database)
        async with asyncio.timeout(20):
            heard = [fields(await task, "MSA") for task in waiting.asked.values()]
        assert {(answer[1], answer[6]) for answer in heard} == {("AE", "207")}
        assert await intake.rows(InboxRow) == []

    async with listening(waiting.inbox) as (port, _), connected(port) as line:
        for message_id in waiting.asked:
            assert acknowledgement_code(await line.ask(Sample(message_id=message_id).raw())) == "AA"
    assert {row.times_received for row in await intake.rows(InboxRow)} == {1}


def end_sessions_of_the_listener(database: Database) -> None:
    ended = "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = %s AND usename = %s"
    with database.server.superuser() as connection:
        connection.execute(ended, (database.name, postgres.API))


async def test_given_a_connection_that_died_while_nobody_sent_then_the_next_message_is_taken_all_the_same(
    intake: Intake, database: Database
) -> None:
    async with listening(PostgresInbox(intake.listener)) as (port, _), connected(port) as line:
        assert acknowledgement_code(await line.ask(Sample(message_id="M1").raw())) == "AA"
        end_sessions_of_the_listener(database)
        assert acknowledgement_code(await line.ask(Sample(message_id="M2").raw())) == "AA"


async def test_given_several_connections_at_once_then_each_ones_messages_keep_their_order(
    intake: Intake,
) -> None:
    async with listening(PostgresInbox(intake.listener)) as (port, _):

        async def sender(number: int) -> list[str]:
            async with connected(port) as line:
                sent = [f"S{number}-{turn}" for turn in range(10)]
                await line.send(b"".join(frame(Sample(message_id=each).raw()) for each in sent))
                return [fields(answer, "MSA")[2] for answer in await line.answers(len(sent))]

        heard = await asyncio.gather(*(sender(number) for number in range(6)))

    rows = sorted(await intake.rows(InboxRow), key=lambda row: row.sequence)
    for number, answers in enumerate(heard):
        expected = [f"S{number}-{turn}" for turn in range(10)]
        assert answers == expected
        assert [row.message_id for row in rows if row.message_id.startswith(f"S{number}-")] == expected


SENT = st.lists(
    st.tuples(st.sampled_from("ABC"), st.sampled_from(["ASHDOWN", "BIRCH", "CEDAR"])), max_size=16
)


@pytest.fixture
def feed(database: Database) -> None:
    """A trust's feed, made without a running loop: the test makes its own."""
    with database.server.superuser(database.name) as connection:
        connection.execute(
            "WITH trust AS (INSERT INTO organisations (id, code, name, kind)"
            " VALUES (gen_random_uuid(), 'RXH', 'Trust', 'trust') RETURNING id)"
            " INSERT INTO feeds (id, code, organisation_id, protocol, sending_application, sending_facility)"
            " SELECT gen_random_uuid(), 'RXH-PAS', id, 'hl7v2', 'PAS', 'RXH' FROM trust"
        )


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(sent=SENT)
def test_given_two_listeners_and_the_same_ids_at_once_then_each_message_is_one_row_counted_and_flagged(
    database: Database, feed: None, sent: list[tuple[str, str]]
) -> None:
    asyncio.run(two_listeners(database, sent))


async def two_listeners(database: Database, sent: list[tuple[str, str]]) -> None:
    async with contextlib.AsyncExitStack() as held:
        ports: list[int] = []
        for engine in (make_engine(database.api_url), make_engine(database.api_url)):
            held.push_async_callback(engine.dispose)
            ports.append((await held.enter_async_context(listening(PostgresInbox(engine))))[0])
        lines: list[Line] = []
        for number in range(len(sent)):
            lines.append(await held.enter_async_context(connected(ports[number % 2])))
        answers = await asyncio.gather(
            *(line.ask(message(*said)) for line, said in zip(lines, sent, strict=True))
        )
    assert {acknowledgement_code(answer) for answer in answers} <= {"AA"}
    rows = taken_out(database)
    assert {(raw, times) for _, raw, times, _ in rows} == set(
        Counter(message(*said) for said in sent).items()
    )
    firsts = [message_id for message_id, _, _, flagged in rows if not flagged]
    assert sorted(firsts) == sorted({message_id for message_id, _ in sent})


def message(message_id: str, family: str) -> bytes:
    return Sample(message_id=message_id, family=family).raw()


def taken_out(database: Database) -> list[tuple[str, bytes, int, bool]]:
    """What is in the inbox, which is empty afterwards."""
    out = (
        "WITH gone AS (DELETE FROM inbox RETURNING *)"
        " SELECT message_id, raw, times_received, same_id_other_bytes"
        " FROM gone JOIN inbox_bytes ON inbox_id = gone.id AND inbox_bytes.received_at = gone.received_at"
    )
    with database.server.superuser(database.name) as connection:
        return connection.execute(out).fetchall()


async def test_given_a_commit_that_breaks_when_others_follow_then_who_waits_hears_and_the_feed_goes_on() -> (
    None
):
    """More often than commits of a feed may be under way: each must have given its place back."""
    broken = True

    async def commit(door: FeedDoor, messages: list[Named]) -> list[Received]:
        return [] if broken else [Received(uuid4(), False, False) for _ in messages]

    commits = SharedCommits(commit)
    door = FeedDoor(uuid4(), "PAS", uuid4(), None)
    async with asyncio.timeout(20):
        for number in range(AT_ONCE + 1):
            with pytest.raises(ValueError, match="zip"):
                await commits.add(door, Named.of(Arrived(f"M{number}".encode(), "text/plain")), inf)
        broken = False
        assert await commits.add(door, Named.of(Arrived(b"M", "text/plain")), inf)
