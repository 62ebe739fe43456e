"""A real `homeward mllp` that is killed, and a PostgreSQL that is restarted under it: nothing acknowledged is
lost, and what was not acknowledged is the sender's to repeat, with one effect.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from urllib.request import urlopen

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from discharge.store.engine import transaction
from fhir_adapters.hl7v2.parse.mllp import frame
from fhir_adapters.store.tables import FactRow, InboxRow
from tests.fhir_adapters.hl7v2.certificates import Authority
from tests.fhir_adapters.hl7v2.conftest import Intake
from tests.fhir_adapters.hl7v2.lines import connected, fields
from tests.fhir_adapters.hl7v2.samples import Sample
from tests.fixtures.ports import free_port
from tests.fixtures.postgres import Database, Server

pytestmark = pytest.mark.slow

WAITING = """
    SELECT pid FROM pg_stat_activity
    WHERE datname = %s AND wait_event_type = 'Lock' AND wait_event = 'advisory'
        AND query LIKE '%%homeward_receive%%'
"""


@dataclass(frozen=True)
class Program:
    """`homeward mllp` in a process of its own."""

    process: asyncio.subprocess.Process
    port: int

    async def kill(self) -> None:
        self.process.kill()
        await self.process.wait()


@contextlib.asynccontextmanager
async def program(url: str, **more: str) -> AsyncIterator[Program]:
    port = free_port()
    settings = {"HOMEWARD_DATABASE_URL": url, "HOMEWARD_MLLP_PORT": str(port), "HOMEWARD_LOG_LEVEL": "ERROR"}
    settings["HOMEWARD_MLLP_OPEN_FEEDS"] = "true"
    environment = {name: value for name, value in os.environ.items() if not name.startswith("HOMEWARD_")}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "deploy.cli.main", "mllp", env=environment | settings | more
    )
    try:
        await until_it_listens(process, port)
        yield Program(process, port)
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


async def until_it_listens(process: asyncio.subprocess.Process, port: int) -> None:
    async with asyncio.timeout(60):
        while process.returncode is None:
            with contextlib.suppress(OSError):
                _, writer = await asyncio.open_connection("127.0.0.1", port)
                writer.close()
                return
            await asyncio.sleep(0.05)
    raise AssertionError("homeward mllp ended")


@contextlib.asynccontextmanager
async def held_back(owner: AsyncEngine, intake: Intake, message_id: str) -> AsyncIterator[None]:
    """Nothing with this id is stored while this lasts: its commit waits for a lock that we hold."""
    async with transaction(owner) as session:
        key = text("SELECT pg_advisory_xact_lock(hashtextextended(:key, 0))")
        await session.execute(key, {"key": f"homeward.inbox:{intake.feed_id}:{message_id}"})
        yield


async def commit_that_waits(server: Server, database: str) -> int:
    """The server process that has the message and waits to store it."""
    async with asyncio.timeout(20):
        while True:
            with server.superuser() as connection:
                found = connection.execute(WAITING, (database,)).fetchone()
            if found:
                return int(found[0])
            await asyncio.sleep(0.02)


async def test_given_a_kill_between_receipt_and_commit_then_nothing_was_acknowledged_and_the_repeat_is_taken(
    database: Database, intake: Intake, owner: AsyncEngine
) -> None:
    async with program(database.api_url) as listener, connected(listener.port) as line:
        async with held_back(owner, intake, "M1"):
            await line.send(frame(Sample().raw()))
            backend = await commit_that_waits(database.server, database.name)
            await listener.kill()
            with database.server.superuser() as connection:
                connection.execute("SELECT pg_terminate_backend(%s, 10000)", (backend,))
        with contextlib.suppress(ConnectionError):
            assert await line.reader.read() == b""
    assert await intake.rows(InboxRow) == []

    assert await repeated(database) == ["AA", "M1"]
    assert await effects(intake) == (1, 1)


async def test_given_a_kill_between_commit_and_acknowledgement_then_the_repeat_gets_aa_and_one_effect(
    database: Database, intake: Intake, owner: AsyncEngine
) -> None:
    async with program(database.api_url) as listener, connected(listener.port) as line:
        async with held_back(owner, intake, "M1"):
            await line.send(frame(Sample().raw()))
            await commit_that_waits(database.server, database.name)
            await listener.kill()
        with contextlib.suppress(ConnectionError):
            assert await line.reader.read() == b""
    async with asyncio.timeout(20):
        while not await intake.rows(InboxRow):
            await asyncio.sleep(0.02)
    await intake.drain()
    facts = len(await intake.rows(FactRow))

    assert await repeated(database) == ["AA", "M1"]
    assert await effects(intake) == (1, 2)
    assert len(await intake.rows(FactRow)) == facts


async def repeated(database: Database) -> list[str]:
    """The sender's next try, with a listener that was started again."""
    async with program(database.api_url) as listener, connected(listener.port) as line:
        return fields(await line.ask(Sample().raw()), "MSA")[1:3]


async def effects(intake: Intake) -> tuple[int, int]:
    """How many rows there are, and how often the bytes came that were stored."""
    await intake.drain()
    rows = await intake.rows(InboxRow)
    assert {row.state for row in rows} == {"interpreted"}
    return len(rows), sum(row.times_received for row in rows)


async def test_given_a_health_port_then_it_is_ready_and_counts_what_was_answered_and_names_nobody(
    database: Database, intake: Intake
) -> None:
    port = free_port()
    async with (
        program(database.api_url, HOMEWARD_MLLP_HEALTH_PORT=str(port)) as listener,
        connected(listener.port) as line,
    ):
        await line.ask(Sample().raw())
        await line.ask(b"this is no message")
        address = f"http://127.0.0.1:{port}"
        shown = await asyncio.to_thread(lambda: urlopen(f"{address}/metrics").read().decode())
        ready = json.loads(await asyncio.to_thread(lambda: urlopen(f"{address}/readyz").read()))

    assert 'homeward_mllp_messages_total{answer="AA",feed="RXH-PAS"} 1.0' in shown
    assert 'homeward_mllp_messages_total{answer="AR",feed="unassigned"} 1.0' in shown
    assert "homeward_mllp_commit_seconds_count 2.0" in shown
    assert "homeward_mllp_connections_open 1.0" in shown
    assert "ASHDOWN" not in shown
    told = ("status", "database", "listening", "feeds", "profiles", "tasks")
    assert ready == dict.fromkeys(told, "ok")
    assert "homeward_task_failures_total" in shown


async def test_given_tls_half_set_up_then_the_program_says_what_is_missing(database: Database) -> None:
    half = {"HOMEWARD_DATABASE_URL": database.api_url, "HOMEWARD_MLLP_TLS_PORT": str(free_port())}
    command = (sys.executable, "-m", "deploy.cli.main", "mllp")
    process = await asyncio.create_subprocess_exec(
        *command, env=os.environ | half, stderr=asyncio.subprocess.PIPE
    )
    _, said = await asyncio.wait_for(process.communicate(), 60)

    assert process.returncode != 0
    assert "HOMEWARD_MLLP_TLS_CERTIFICATE is not set" in " ".join(said.decode().split())


async def test_given_the_program_with_tls_then_homeward_send_reaches_it_with_its_certificate_and_not_without(
    database: Database, intake: Intake, tmp_path: Path
) -> None:
    authority = Authority(tmp_path)
    ours, trusts = authority.signs("homeward"), authority.signs("trust")
    (tmp_path / "1.hl7").write_bytes(Sample().raw())
    tls = {"CERTIFICATE": ours.certificate, "KEY": ours.key, "CLIENT_CA": authority.certificate}
    settings = {f"HOMEWARD_MLLP_TLS_{name}": str(path) for name, path in tls.items()}
    async with program(database.api_url, **settings) as listener:
        to = ("--to", f"127.0.0.1:{listener.port}", "--tls-ca", str(authority.certificate))
        shown = ("--tls-certificate", str(trusts.certificate), "--tls-key", str(trusts.key))
        with_it = await homeward("send", str(tmp_path / "1.hl7"), *to, *shown)
        without = await homeward("send", str(tmp_path / "1.hl7"), *to)

    assert with_it == (0, "1 sent 1 AA 1 accepted, 0 refused, 0 without an answer, 0 not sent")
    assert without[0] == 2
    assert "AA" not in without[1]
    assert len(await intake.rows(InboxRow)) == 1


async def homeward(*words: str) -> tuple[int | None, str]:
    """How a command ended, and what it said."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "deploy.cli.main", *words,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    said, _ = await asyncio.wait_for(process.communicate(), 60)
    return process.returncode, " ".join(said.decode().split())
