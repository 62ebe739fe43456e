"""PostgreSQL freezes behind pages and APIs: they say so in time, and whether we are ready is told at once."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import replace

import httpx
import pytest
from joserfc.jwk import ECKey
from sqlalchemy.ext.asyncio import AsyncEngine

from api.web.app import create_app
from api.web.health import LOOK_SECONDS
from api.web.limits import Turns
from api.web.settings import ApiSettings, AskingLimits
from discharge.errors import HomewardError
from discharge.store.driver import CANCEL_SECONDS, DatabaseTimes
from tests.api.conftest import Clock, Door
from tests.fixtures.freezing import FreezingProxy, freezing_proxy
from tests.fixtures.postgres import Places, Server

LATE = 2.0
"""Seconds that a loaded machine may add."""


@pytest.fixture
async def proxy(postgres_server: Server) -> AsyncIterator[FreezingProxy]:
    async with freezing_proxy(postgres_server.port) as made:
        yield made


@pytest.fixture
async def behind(
    settings: ApiSettings, proxy: FreezingProxy, signing_key: ECKey, worker: AsyncEngine, places: Places
) -> AsyncIterator[Door]:
    """The application, with its database behind the proxy."""
    limits = AskingLimits(statement_seconds=1, report_seconds=1.5)
    times = DatabaseTimes(connect=1, silence=0.2)
    url = proxy.before(settings.database_url)
    app = create_app(replace(settings, database_url=url, limits=limits, database=times), Clock())
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://homeward.test") as client:
        yield Door(client, signing_key, worker, places, Clock(), app)
    await app.state.services.close()


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/api/v1/cases", "503 application/problem+json"),
        ("/api/v1/reports/bed-days", "503 application/problem+json"),
        ("/fhir/R4/Task", "503 application/fhir+json"),
    ],
)
async def test_given_postgres_freezes_when_asked_then_503_in_time_and_200_once_it_is_back(
    behind: Door, proxy: FreezingProxy, path: str, status: str
) -> None:
    assert (await behind.get(path, "coordinator")).status_code == 200
    proxy.freeze()
    async with asyncio.timeout(30):
        frozen = await asyncio.gather(*(asked(behind, path, f"client {n % 3}") for n in range(24)))
    proxy.thaw()
    back = await behind.get(path, "coordinator")

    told = {f"{each.status_code} {each.headers['content-type'].partition(';')[0]}" for each in frozen}
    assert told == {status}
    assert {each.headers["retry-after"] for each in frozen} == {"5"}
    assert back.status_code == 200


async def asked(door: Door, path: str, subject: str) -> httpx.Response:
    token = door.token("coordinator", None, subject)
    return await door.client.get(path, headers={"Authorization": f"Bearer {token}"})


async def test_given_a_caller_whose_requests_are_answered_slowly_when_more_come_then_they_do_not_wait_long(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("api.web.limits.TURN_SECONDS", 0.05)
    turns = Turns(at_once=1)
    async with asyncio.timeout(10), turns.turn("slow"):
        with pytest.raises(HomewardError, match="too-many-requests"):
            await turns.turn("slow").__aenter__()
        async with turns.turn("other"):
            pass
    async with turns.turn("slow"):
        assert len(turns) == 1


async def test_given_postgres_freezes_when_asked_whether_we_are_ready_then_no_at_once(
    behind: Door, proxy: FreezingProxy
) -> None:
    assert (await behind.client.get("/readyz")).status_code == 200
    proxy.freeze()
    began = time.monotonic()
    frozen = await behind.client.get("/readyz")
    took = time.monotonic() - began
    alive = await behind.client.get("/healthz")
    proxy.thaw()

    assert (frozen.status_code, frozen.json()["database"]) == (503, "unavailable")
    assert took < LOOK_SECONDS + CANCEL_SECONDS + LATE
    assert alive.status_code == 200
    assert (await behind.client.get("/readyz")).status_code == 200


async def test_given_reports_take_every_connection_they_may_when_a_page_is_asked_then_it_is_served(
    behind: Door,
) -> None:
    services = behind.app.state.services
    async with asyncio.timeout(30):
        await behind.get("/api/v1/cases", "coordinator")
        held = [services._reports.connect() for _ in range(4)]
        for connection in held:
            await connection.start()
        report = await behind.get("/api/v1/reports/bed-days", "coordinator")
        cases = await behind.get("/api/v1/cases", "coordinator")
        for connection in held:
            await connection.close()

    assert (report.status_code, cases.status_code) == (503, 200)
