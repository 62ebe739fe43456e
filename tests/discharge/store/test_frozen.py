"""PostgreSQL freezes: it neither answers nor breaks off. Whoever waits for it is told in time, and what was
waited on is never used again.
"""

from __future__ import annotations

import ast
import asyncio
import os
import signal
import socket
import time
from collections.abc import AsyncIterator, Awaitable
from pathlib import Path
from unittest.mock import Mock, patch

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from discharge.errors import HomewardError
from discharge.store import engine as engines
from discharge.store.driver import AT_LENGTH, CANCEL_SECONDS, UNLIMITED, DatabaseTimes
from discharge.store.engine import make_engine, transaction
from tests.fixtures.freezing import FreezingProxy, freezing_proxy
from tests.fixtures.postgres import Database, Server

SHORT = DatabaseTimes(connect=1, statement=1, silence=0.2)
SOON = 15.0
"""Seconds, with these times, on a machine with nothing else to do."""
ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
async def proxy(postgres_server: Server) -> AsyncIterator[FreezingProxy]:
    async with freezing_proxy(postgres_server.port) as made:
        yield made


@pytest.fixture
async def engine(database: Database, proxy: FreezingProxy) -> AsyncIterator[AsyncEngine]:
    made = make_engine(proxy.before(database.api_url), pool_size=2, times=SHORT)
    yield made
    await made.dispose()


async def ask(engine: AsyncEngine, question: str = "SELECT pg_backend_pid()") -> int:
    async with transaction(engine) as session:
        found: int = await session.scalar(text(question))
        return found


async def failure(work: Awaitable[object]) -> tuple[str, str]:
    async with asyncio.timeout(SOON):
        with pytest.raises(HomewardError) as caught:
            await work
    return caught.value.code, caught.value.detail


async def told(engine: AsyncEngine, question: str = "SELECT 1") -> tuple[str, str]:
    return await failure(ask(engine, question))


async def test_given_postgres_freezes_in_mid_transaction_then_it_is_told_in_time_and_served_once_it_is_back(
    engine: AsyncEngine, proxy: FreezingProxy
) -> None:
    async def work() -> None:
        async with transaction(engine) as session:
            proxy.freeze()
            await session.execute(text("SELECT 1"))

    assert await failure(work()) == ("database-unavailable", "no-answer")
    proxy.thaw()
    assert await ask(engine, "SELECT 1") == 1


async def test_given_postgres_freezes_before_the_commit_is_answered_then_it_is_told_in_time(
    engine: AsyncEngine, proxy: FreezingProxy
) -> None:
    async def work() -> None:
        async with transaction(engine) as session:
            await session.execute(text("SELECT 1"))
            proxy.freeze()

    assert await failure(work()) == ("database-unavailable", "no-answer")


async def test_given_a_kept_connection_is_frozen_when_asked_then_a_new_one_is_made_soon(
    database: Database, proxy: FreezingProxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("discharge.store.engine.SURE_SECONDS", 0)
    patient = make_engine(proxy.before(database.api_url), times=DatabaseTimes(connect=1, statement=300))
    await ask(patient)
    proxy.freeze()
    proxy.thaw()

    async with asyncio.timeout(SOON):
        assert await ask(patient, "SELECT 1") == 1
    await patient.dispose()


async def test_given_a_connection_that_answered_a_moment_ago_is_frozen_then_it_is_told_as_soon(
    database: Database, proxy: FreezingProxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("discharge.store.engine.SURE_SECONDS", 300)
    patient = make_engine(proxy.before(database.api_url), times=DatabaseTimes(connect=1, statement=300))
    await ask(patient)
    proxy.freeze()
    assert await told(patient) == ("database-unavailable", "no-answer")
    proxy.thaw()
    assert await ask(patient, "SELECT 1") == 1
    await patient.dispose()


async def test_given_postgres_ended_a_kept_connection_a_moment_ago_when_asked_then_another_one_is_used(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("discharge.store.engine.SURE_SECONDS", 300)
    made = make_engine(database.api_url)
    backend = await ask(made)
    with database.server.superuser() as connection:
        connection.execute("SELECT pg_terminate_backend(%s)", (backend,))
    while await alive(database, backend):
        await asyncio.sleep(0.01)
    assert await ask(made) != backend
    await made.dispose()


async def test_given_a_connection_that_answered_a_moment_ago_when_lent_then_it_is_not_asked_first(
    database: Database,
) -> None:
    made = make_engine(database.api_url)
    await ask(made)
    asked = Mock(side_effect=engines._begin)
    with patch.object(engines, "_begin", asked):
        await ask(made)
        assert not asked.called
        with patch("discharge.store.engine.SURE_SECONDS", 0):
            await ask(made)
        assert asked.called
    await made.dispose()


async def test_given_a_pool_full_of_frozen_connections_when_it_is_back_then_everybody_is_served(
    engine: AsyncEngine, proxy: FreezingProxy
) -> None:
    slow = [asyncio.create_task(told(engine, "SELECT pg_sleep(0.9)")) for _ in range(4)]
    while engine.pool.checkedout() < 4:  # type: ignore[attr-defined]
        await asyncio.sleep(0.01)
    proxy.freeze()
    async with asyncio.timeout(SOON):
        assert (await told(engine))[0] == "database-unavailable"
    proxy.thaw()

    async with asyncio.timeout(SOON):
        assert {code for code, _ in await asyncio.gather(*slow)} == {"database-unavailable"}
        assert await asyncio.gather(*(ask(engine, "SELECT 1") for _ in range(4))) == [1, 1, 1, 1]


async def test_given_postgres_is_frozen_when_nobody_waits_any_more_then_the_wait_ends_at_once(
    database: Database, proxy: FreezingProxy
) -> None:
    patient = make_engine(proxy.before(database.api_url), times=DatabaseTimes(connect=300, statement=300))
    await ask(patient)

    async def work() -> None:
        async with asyncio.timeout(0.5), transaction(patient) as session:
            proxy.freeze()
            await session.execute(text("SELECT 1"))

    began = time.monotonic()
    with pytest.raises(TimeoutError):
        await work()
    assert time.monotonic() - began < 0.5 + CANCEL_SECONDS + 3
    proxy.thaw()
    assert await ask(patient, "SELECT 1") == 1
    await patient.dispose()


async def test_given_its_process_is_stopped_while_its_kernel_acknowledges_then_it_is_told_in_time(
    engine: AsyncEngine,
) -> None:
    stopped = []

    async def work() -> None:
        async with transaction(engine) as session:
            stopped.append(await session.scalar(text("SELECT pg_backend_pid()")))
            os.kill(stopped[0], signal.SIGSTOP)
            await session.execute(text("SELECT 1"))

    try:
        assert await failure(work()) == ("database-unavailable", "no-answer")
    finally:
        os.kill(stopped[0], signal.SIGCONT)
    assert await ask(engine) not in stopped


async def test_given_a_question_takes_too_long_when_postgres_answers_then_it_is_busy_and_not_away(
    engine: AsyncEngine,
) -> None:
    assert await told(engine, "SELECT pg_sleep(5)") == ("database-busy", "57014")


async def test_given_a_transaction_in_which_nothing_is_asked_then_postgres_ends_it(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("discharge.store.driver.IDLE_IN_TRANSACTION_SECONDS", 0.2)
    hasty = make_engine(database.api_url, times=DatabaseTimes(statement=0.2))

    async def work() -> None:
        async with transaction(hasty) as session:
            backend = await session.scalar(text("SELECT pg_backend_pid()"))
            while await alive(database, backend):
                await asyncio.sleep(0.05)
            await session.execute(text("SELECT 1"))

    assert (await failure(work()))[0] == "database-unavailable"
    await hasty.dispose()


async def alive(database: Database, backend: int) -> bool:
    with database.server.superuser() as connection:
        found = connection.execute("SELECT 1 FROM pg_stat_activity WHERE pid = %s", (backend,))
        return found.fetchone() is not None


@pytest.mark.parametrize(("times", "limit"), [(SHORT, "1s"), (AT_LENGTH, "10min"), (UNLIMITED, "0")])
async def test_given_times_when_connected_then_postgres_and_tcp_know_them(
    database: Database, times: DatabaseTimes, limit: str
) -> None:
    made = make_engine(database.api_url, times=times)
    async with made.connect() as connection:
        assert await connection.scalar(text("SHOW statement_timeout")) == limit
        driver = (await connection.get_raw_connection()).driver_connection
        with socket.socket(fileno=os.dup(driver.fileno())) as stream:  # type: ignore[union-attr]
            assert stream.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) == 15_000
            assert stream.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE) == 10
    await made.dispose()


def test_given_every_process_when_it_makes_an_engine_then_it_says_for_how_long_it_waits() -> None:
    """Benchmarks measure what a statement takes, however long."""
    found = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for folder in ("housing_checks", "fhir_adapters", "workflows", "api", "deploy")
        for path in (ROOT / folder).rglob("*.py")
        if "bench" not in path.parts
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "make_engine"
        if "times" not in {keyword.arg for keyword in node.keywords}
    ]
    assert found == []
