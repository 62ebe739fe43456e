"""PostgreSQL freezes behind the listener: every sender is told to keep its message, and is served again on
the same connection as soon as it is back.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import replace

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from discharge.errors import Unavailable
from discharge.store.driver import DatabaseTimes
from discharge.store.engine import make_engine
from fhir_adapters.hl7v2.parse.envelope import read_envelope
from fhir_adapters.hl7v2.receive.directory import FeedDoor
from fhir_adapters.hl7v2.receive.inbox_row import arrived
from fhir_adapters.hl7v2.store.group_commit import MOST_CONNECTIONS, Committer
from fhir_adapters.hl7v2.store.inbox import PostgresInbox
from fhir_adapters.store.inbox import Named
from fhir_adapters.store.tables import InboxRow
from tests.fhir_adapters.hl7v2.conftest import Intake
from tests.fhir_adapters.hl7v2.lines import LIMITS, Line, connected, fields, listening
from tests.fhir_adapters.hl7v2.samples import Sample
from tests.fixtures.freezing import FreezingProxy, freezing_proxy
from tests.fixtures.postgres import Database, Server

SHORT = DatabaseTimes(connect=1, statement=1, silence=0.2)
SENDERS = 12


@pytest.fixture
async def proxy(postgres_server: Server) -> AsyncIterator[FreezingProxy]:
    async with freezing_proxy(postgres_server.port) as made:
        yield made


@pytest.fixture
async def behind(database: Database, proxy: FreezingProxy) -> AsyncIterator[AsyncEngine]:
    """The engine of a listener, behind the proxy."""
    engine = make_engine(proxy.before(database.api_url), pool_size=2, times=SHORT)
    yield engine
    await engine.dispose()


async def answers(lines: list[Line], messages: list[bytes]) -> list[str]:
    """What each sender is told: the code, and the error's where there is one."""

    async def one(line: Line, message: bytes) -> str:
        said = fields(await line.ask(message), "MSA")
        return " ".join(each for each in (said[1], *said[6:7]) if each)

    async with asyncio.timeout(30):
        return await asyncio.gather(*(one(*each) for each in zip(lines, messages, strict=True)))


@pytest.mark.parametrize("feeds_are_old", [False, True])
async def test_given_postgres_freezes_then_each_sender_is_told_207_and_served_again_when_it_is_back(
    intake: Intake,
    behind: AsyncEngine,
    proxy: FreezingProxy,
    monkeypatch: pytest.MonkeyPatch,
    feeds_are_old: bool,
) -> None:
    if feeds_are_old:
        monkeypatch.setattr("fhir_adapters.hl7v2.receive.directory.FRESH_FOR", 0.0)
    first, second = ([Sample(message_id=f"{name}-{n}").raw() for n in range(SENDERS)] for name in "AB")
    async with listening(PostgresInbox(behind)) as (port, _), AsyncExitStack() as stack:
        lines = [await stack.enter_async_context(connected(port)) for _ in range(SENDERS)]
        assert set(await answers(lines, first)) == {"AA"}
        proxy.freeze()
        frozen = await answers(lines, second)
        still = await answers(lines, second)
        proxy.thaw()
        back = await answers(lines, second)

    assert set(frozen) | set(still) == {"AE 207"}
    assert set(back) == {"AA"}
    stored = Counter(row.message_id for row in await intake.rows(InboxRow))
    assert stored == {f"{name}-{n}": 1 for name in "AB" for n in range(SENDERS)}


async def test_given_postgres_takes_its_time_when_that_of_the_listener_is_up_then_the_sender_is_told_207(
    intake: Intake, database: Database, proxy: FreezingProxy
) -> None:
    """However long one question may take, a sender is not kept waiting past the listener's own limit."""
    patient = make_engine(proxy.before(database.api_url), times=DatabaseTimes(statement=300))
    async with (
        listening(PostgresInbox(patient), replace(LIMITS, keep_seconds=0.5)) as (port, _),
        connected(port) as line,
    ):
        assert await answers([line], [Sample(message_id="A").raw()]) == ["AA"]
        proxy.freeze()
        assert await answers([line], [Sample(message_id="B").raw()]) == ["AE 207"]
    await patient.dispose()
    assert [row.message_id for row in await intake.rows(InboxRow)] == ["A"]


async def test_given_every_connection_for_commits_is_frozen_when_another_is_wanted_then_it_is_told_soon(
    intake: Intake, behind: AsyncEngine, proxy: FreezingProxy
) -> None:
    committer = Committer(behind)
    door = FeedDoor(intake.feed_id, "PAS", intake.organisation_id, None)

    async def commit(message_id: str) -> str:
        raw = Sample(message_id=message_id).raw()
        try:
            await committer.commit(door, [Named.of(arrived(raw, read_envelope(raw), claimed=True))])
        except Unavailable as away:
            return away.detail
        return "kept"

    async with asyncio.timeout(30):
        some = await asyncio.gather(*(commit(f"A{n}") for n in range(MOST_CONNECTIONS)))
        proxy.freeze()
        none = await asyncio.gather(*(commit(f"B{n}") for n in range(2 * MOST_CONNECTIONS)))
        proxy.thaw()
        again = await asyncio.gather(*(commit(f"B{n}") for n in range(2 * MOST_CONNECTIONS)))
    await committer.close()

    assert set(some) == set(again) == {"kept"}
    assert set(none) == {"no-answer"}
