"""PostgreSQL breaks off and comes back while messages come in: each is acknowledged in the end, and is there
once.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from uuid import uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from deploy.embedded import postgres
from discharge.store.engine import make_engine, transaction
from discharge.store.migrations import migrate
from discharge.store.tables import Organisation
from fhir_adapters.hl7v2.store.inbox import PostgresInbox
from fhir_adapters.store.tables import Feed, InboxRow
from tests.fhir_adapters.hl7v2.lines import Line, connected, fields, listening
from tests.fhir_adapters.hl7v2.samples import Sample
from tests.fixtures.postgres import Server, running_server

pytestmark = pytest.mark.slow

SENDERS, MESSAGES = 4, 40


async def sent_until_taken(line: Line, message: bytes) -> list[str]:
    """What a sender does: the same message again until it is accepted; returns all answers."""
    answers: list[str] = []
    while "AA" not in answers:
        answers.append(fields(await line.ask(message), "MSA")[1])
    return answers


async def sender(port: int, number: int, progress: Counter[str]) -> list[str]:
    answers: list[str] = []
    async with connected(port) as line:
        for index in range(MESSAGES):
            answers += await sent_until_taken(line, Sample(message_id=f"S{number}-{index}").raw())
            progress["taken"] += 1
    return answers


@pytest.fixture
def breakable() -> Iterator[tuple[Server, Callable[[], None]]]:
    """A server that writes everything to disk before it says so, with a record, and what breaks it off."""
    with running_server(options=()) as (server, restart):
        server.create("restarted")
        migrate(server.url(postgres.OWNER, "restarted"))
        yield server, restart


async def test_given_postgres_breaks_off_in_mid_stream_then_every_message_is_taken_once(
    breakable: tuple[Server, Callable[[], None]],
) -> None:
    server, restart = breakable
    progress = Counter[str]()
    async with engine(server, postgres.OWNER) as owner, engine(server, postgres.API) as api:
        await a_feed(owner)
        async with listening(PostgresInbox(api)) as (port, _):
            senders = [asyncio.create_task(sender(port, n, progress)) for n in range(SENDERS)]
            while progress["taken"] < SENDERS * MESSAGES // 4:
                await asyncio.sleep(0.005)
            await asyncio.to_thread(restart)
            answers = Counter(code for given in await asyncio.gather(*senders) for code in given)
        async with transaction(owner) as session:
            stored = Counter(await session.scalars(select(InboxRow.message_id)))

    assert answers["AA"] == SENDERS * MESSAGES
    assert set(answers) <= {"AA", "AE"}
    assert stored == {f"S{n}-{index}": 1 for n in range(SENDERS) for index in range(MESSAGES)}


@contextlib.asynccontextmanager
async def engine(server: Server, role: str) -> AsyncIterator[AsyncEngine]:
    made = make_engine(server.url(role, "restarted"))
    yield made
    await made.dispose()


async def a_feed(owner: AsyncEngine) -> None:
    trust = uuid4()
    async with transaction(owner) as session:
        session.add(Organisation(id=trust, code="RXH", name="Trust", kind="trust"))
        await session.flush()
        session.add(Feed(code="PAS", organisation_id=trust, protocol="hl7v2", sending_application="PAS"))
