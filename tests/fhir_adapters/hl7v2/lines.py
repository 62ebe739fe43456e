"""A listener on a real socket, and connections to it."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace

from discharge.clocks import CaseClock
from fhir_adapters.background import Background
from fhir_adapters.feeds.book import ProfileBook
from fhir_adapters.hl7v2.parse.mllp import Deframer, frame
from fhir_adapters.hl7v2.receive.counts import Counts
from fhir_adapters.hl7v2.receive.limits import Limits
from fhir_adapters.hl7v2.receive.listener import Where, serve
from fhir_adapters.hl7v2.receive.tls import Tls
from fhir_adapters.hl7v2.store.inbox import PostgresInbox

PATIENCE = 30.0
"""Seconds for what comes at once on a machine with nothing else to do."""

LIMITS = Limits(
    message_bytes=3_000_000,
    connections=300,
    connections_per_address=300,
    idle_seconds=60,
    read_seconds=30,
    pause_seconds=0.3,
    stop_seconds=2,
)
HASTY = replace(LIMITS, read_seconds=0.3)


@dataclass
class Line:
    """One connection to the listener."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def send(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()

    async def answers(self, count: int) -> list[bytes]:
        deframer, found = Deframer(1_000_000), list[bytes]()
        while len(found) < count:
            data = await asyncio.wait_for(self.reader.read(65_536), PATIENCE)
            if not data:
                break
            found += deframer.feed(data)
        return found

    async def ask(self, message: bytes) -> bytes:
        await self.send(frame(message))
        [answer] = await self.answers(1)
        return answer

    async def ended(self) -> bool:
        return await asyncio.wait_for(self.reader.read(), PATIENCE) == b""


@contextlib.asynccontextmanager
async def listening(
    inbox: PostgresInbox,
    limits: Limits = LIMITS,
    *,
    profiles: ProfileBook | None = None,
    tls: Tls | None = None,
    tls_port: int | None = None,
    counts: Counts | None = None,
    opened: list[int] | None = None,
    background: Background | None = None,
) -> AsyncIterator[tuple[int, asyncio.Event]]:
    """A listener; its main port and what stops it; `opened` takes all its ports."""
    stop, ports = asyncio.Event(), asyncio.get_running_loop().create_future()
    where = Where("127.0.0.1", 0, tls, tls_port)
    served = serve(
        inbox,
        CaseClock.real(),
        where,
        stop=stop,
        limits=limits,
        profiles=profiles,
        counts=counts,
        started=ports.set_result,
        background=background,
    )
    task = asyncio.create_task(served)
    try:
        found = await ports
        if opened is not None:
            opened += found
        yield found[0], stop
    finally:
        stop.set()
        await task
        await inbox.close()


@contextlib.asynccontextmanager
async def connected(port: int, tls: ssl.SSLContext | None = None) -> AsyncIterator[Line]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=tls)
    yield Line(reader, writer)
    writer.close()
    with contextlib.suppress(OSError):
        await writer.wait_closed()


def fields(answer: bytes, name: str) -> list[str]:
    lines = [line.split("|") for line in answer.decode().split("\r")]
    return next(line for line in lines if line[0] == name)
