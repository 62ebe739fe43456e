"""PostgreSQL freezes behind a worker: its chores say so, try again, and go on by themselves."""

from __future__ import annotations

import asyncio
import logging
from datetime import timedelta

import pytest

from discharge.clocks import CaseClock
from discharge.reference.policy import put_in_force
from discharge.reference.site import SiteFolder
from discharge.store.driver import DatabaseTimes
from discharge.store.engine import make_engine, make_sessions
from fhir_adapters.feeds.profile_watch import WatchedBook
from fhir_adapters.store.tables import InboxRow
from tests.fhir_adapters.hl7v2.conftest import Intake, intake  # noqa: F401 - a feed of the trust
from tests.fhir_adapters.hl7v2.samples import Sample
from tests.fixtures.freezing import freezing_proxy
from tests.fixtures.postgres import Database, Server
from workflows.chores import RecordChores
from workflows.loops import Bells, Loop, repeat

NO_SITE = SiteFolder(None, put_in_force)

SHORT = DatabaseTimes(connect=1, statement=1, silence=0.2)
POLL = timedelta(milliseconds=20)


async def test_given_postgres_freezes_under_the_drain_then_it_says_so_and_goes_on_when_it_is_back(
    intake: Intake,  # noqa: F811
    database: Database,
    postgres_server: Server,
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def silent(part: str) -> None:
        """No sign of life is looked for here."""

    stop = asyncio.Event()
    async with asyncio.timeout(60), freezing_proxy(postgres_server.port) as proxy:
        engine = make_engine(proxy.before(database.worker_url), times=SHORT)
        chores = RecordChores(
            engine, make_sessions(engine), CaseClock.real(), WatchedBook(None), NO_SITE, Bells()
        )
        with caplog.at_level(logging.WARNING, "homeward.loops"):
            drain = asyncio.create_task(repeat(Loop("drain", chores.drain, POLL, silent), stop))
            await intake.put(Sample(message_id="A").raw())
            await until_handled(intake, 1)
            proxy.freeze()
            await intake.put(Sample(message_id="B").raw())
            while not any("drain waits" in said for said in caplog.messages):
                await asyncio.sleep(0.02)
            proxy.thaw()
            await until_handled(intake, 2)
        stop.set()
        await drain
        await engine.dispose()

    assert all("database-unavailable" in said for said in caplog.messages)


async def until_handled(intake: Intake, count: int) -> None:  # noqa: F811
    while sum(row.state != "stored" for row in await intake.rows(InboxRow)) < count:
        await asyncio.sleep(0.02)
