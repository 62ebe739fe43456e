"""What worker and listener say of themselves, on ports of their own."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator

import httpx
import pytest
from prometheus_client import REGISTRY, CollectorRegistry, Counter

from deploy.health_server import HealthDoor
from deploy.secret_files import WrongSetting
from deploy.settings import Settings
from tests.fixtures.ports import free_port
from workflows import readiness
from workflows.loops import FAILS_AFTER, Tasks
from workflows.readiness import Readiness


def door(port: int) -> HealthDoor:
    return HealthDoor.of(Settings(worker_health_port=port), "worker_health_port")


def saying(**words: str) -> Readiness:
    def check(said: str) -> readiness.Check:
        async def answer() -> str:
            return said

        return answer

    return Readiness({name: check(said) for name, said in words.items()}, needed=frozenset({"database"}))


@contextlib.asynccontextmanager
async def asked(port: int) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False) as client:
        yield client


@pytest.mark.parametrize(
    ("database", "feeds", "status"),
    [("ok", "ok", 200), ("ok", "not served: RXH-PAS", 200), ("unavailable", "ok", 503)],
)
async def test_given_what_is_amiss_when_asked_then_only_what_is_needed_makes_it_unready(
    database: str, feeds: str, status: int
) -> None:
    port = free_port()
    async with door(port).serve(saying(database=database, feeds=feeds), REGISTRY), asked(port) as client:
        answer = await client.get("/readyz")
        alive = await client.get("/healthz")
    assert (answer.status_code, alive.json()) == (status, {"status": "ok"})
    assert answer.json() == {
        "status": "ok" if status == 200 else "unavailable",
        "database": database,
        "feeds": feeds,
    }


async def test_given_figures_when_asked_then_they_are_in_the_format_of_prometheus() -> None:
    port, registry = free_port(), CollectorRegistry()
    Counter("cases", "Cases", registry=registry).inc()
    async with door(port).serve(saying(database="ok"), registry), asked(port) as client:
        answer = await client.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=")
    assert "cases_total 1.0" in answer.text


async def test_given_a_port_that_is_taken_when_served_then_the_sentence_names_the_setting() -> None:
    port = free_port()
    async with door(port).serve(saying(database="ok"), REGISTRY):
        with pytest.raises(
            WrongSetting, match=f"^HOMEWARD_WORKER_HEALTH_PORT is {port}, on which 127.0.0.1 cannot"
        ):
            async with door(port).serve(saying(database="ok"), REGISTRY):
                pass


async def test_given_no_port_when_served_then_nobody_is_asked_to_listen() -> None:
    nothing = HealthDoor.of(Settings(), "mllp_health_port")
    async with nothing.serve(saying(database="ok"), REGISTRY):
        pass
    assert (nothing.port, nothing.host) == (None, "127.0.0.1")


async def test_given_a_task_that_fails_again_and_again_when_asked_then_it_is_named_until_it_is_well() -> None:
    tasks = Tasks()
    check = readiness.tasks(tasks.failing)
    for _ in range(FAILS_AFTER):
        assert await check() == "ok", "once or twice may pass"
        tasks.failed("relay", "workflow-unavailable")
    assert await check() == "relay: workflow-unavailable"
    tasks.well("relay")
    assert await check() == "ok"
