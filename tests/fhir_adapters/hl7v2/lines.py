"""A listener on a real socket, and connections to it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass

from discharge.clocks import CaseClock
from fhir_adapters.hl7v2.listener import Limits, serve
from fhir_adapters.hl7v2.mllp import Deframer, frame
from fhir_adapters.hl7v2.store.inbox import PostgresInbox

LIMITS = Limits(message_bytes=3_000_000, connections=300, idle_seconds=5, read_seconds=0.3, stop_seconds=2)


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
            data = await asyncio.wait_for(self.reader.read(65_536), 10)
            if not data:
                break
            found += deframer.feed(data)
        return found

    async def ask(self, message: bytes) -> bytes:
        await self.send(frame(message))
        [answer] = await self.answers(1)
        return answer

    async def ended(self) -> bool:
        return await asyncio.wait_for(self.reader.read(), 10) == b""


@contextlib.asynccontextmanager
async def listening(
    inbox: PostgresInbox, limits: Limits = LIMITS
) -> AsyncIterator[tuple[int, asyncio.Event]]:
    stop, port = asyncio.Event(), asyncio.get_running_loop().create_future()
    task = asyncio.create_task(
        serve(
            inbox,
            CaseClock.real(),
            host="127.0.0.1",
            port=0,
            stop=stop,
            limits=limits,
            started=port.set_result,
        )
    )
    try:
        yield await port, stop
    finally:
        stop.set()
        await task
        await inbox.close()


@contextlib.asynccontextmanager
async def connected(port: int) -> AsyncIterator[Line]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    yield Line(reader, writer)
    writer.close()
    with contextlib.suppress(OSError):
        await writer.wait_closed()


def fields(answer: bytes, name: str) -> list[str]:
    lines = [line.split("|") for line in answer.decode().split("\r")]
    return next(line for line in lines if line[0] == name)
