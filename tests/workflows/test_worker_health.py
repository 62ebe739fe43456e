"""A worker tells whether it is ready, and how much it did, while it waits and while it works."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from datetime import date

import httpx
import pytest
from prometheus_client import REGISTRY
from temporalio.testing import WorkflowEnvironment

from deploy.health_server import HealthDoor
from discharge.codes.casework import TENURES
from discharge.reference.policy import put_in_force
from tests.fixtures.ports import free_port
from tests.fixtures.postgres import Database
from tests.fixtures.site_rows import site_change
from tests.workflows.waiting import until
from workflows.codec import PayloadKeys
from workflows.connection import TemporalAccess
from workflows.worker import run_worker


async def test_given_temporal_away_when_a_worker_is_asked_then_it_lives_and_is_ready_once_it_is_there(
    database: Database, dev_server: WorkflowEnvironment, keys: PayloadKeys
) -> None:
    port, gate = free_port(), free_port()
    stop, door = asyncio.Event(), HealthDoor("127.0.0.1", port, "HEALTH_PORT")
    working = asyncio.create_task(
        run_worker(
            database_url=database.worker_url,
            temporal=TemporalAccess(f"127.0.0.1:{gate}"),
            keys=keys,
            stop=stop,
            show=lambda ready: door.serve(ready, REGISTRY),
        )
    )

    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False) as client:

        async def said(status: int) -> httpx.Response | None:
            with contextlib.suppress(httpx.TransportError):
                answer = await client.get("/readyz")
                return answer if answer.status_code == status else None
            return None

        async def waits() -> httpx.Response | None:
            answer = await said(503)
            return answer if answer and answer.json()["database"] == "ok" else None

        body = (await until(waits, "it waits for Temporal")).json()
        assert {name for name, said in body.items() if said != "ok"} == {"status", "workflows"}
        assert (await client.get("/healthz")).is_success
        host, there = dev_server.client.service_client.config.target_host.split(":")
        async with passed_on(gate, host, int(there)):
            await until(lambda: said(200), "it is ready")
            figures = (await client.get("/metrics")).text
            assert 'homeward_worker_steps_total{outcome="idle",task="drain"}' in figures
            put_in_force([site_change("tenures", date(2999, 1, 1), other={"label": "Words of 2999"})])
            shown = TENURES.label("other")
            put_in_force(())
            stop.set()
            await working
        assert shown != "Words of 2999", "a worker knows which day it is"
        with pytest.raises(httpx.ConnectError):
            await client.get("/healthz")


@contextlib.asynccontextmanager
async def passed_on(port: int, host: str, to: int) -> AsyncIterator[None]:
    """Whatever comes to a port goes on to another."""

    async def one_way(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while data := await reader.read(65_536):
                writer.write(data)
        writer.close()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        behind = await asyncio.open_connection(host, to)
        await asyncio.gather(one_way(reader, behind[1]), one_way(behind[0], writer))

    server = await asyncio.start_server(serve, "127.0.0.1", port)
    try:
        yield
    finally:
        server.close()
