"""The HL7 v2 listener end to end, each message committed before its answer, beside what others do without.

The baseline is the limit that PostgreSQL sets: as many connections as there are senders, each inserting the
same kind of row into the same table and committing it, over and over. The listener is `homeward mllp` as it
is installed, in a process of its own; so are the servers of `hl7` and `hl7apy`, which keep nothing.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass

from deploy.bench import messages, peers
from deploy.bench.bare import InboxRows
from deploy.bench.scratch import HOST, Scratch, free_port, scratch
from deploy.bench.timing_rounds import Figure, Plan, Round, Subject, Work, compare, side_by_side
from deploy.embedded import postgres
from fhir_adapters.hl7v2.parse.mllp import frame

SENDERS = (1, 16)
TEMPLATES = 60
FRAME_END = b"\x1c\r"


class NotAccepted(Exception):
    """A server answered a message with something else than AA, or not at all."""


async def run(plan: Plan, senders: tuple[int, ...] = SENDERS) -> list[Figure]:
    """The listener and its peers beside the limit, for each number of senders. Raises NotAccepted."""
    stream = messages.endless(messages.simulated(TEMPLATES), secrets.token_hex(3).upper())
    found: list[Figure] = []
    async with scratch() as place:
        await place.start_postgres()
        ports = _Ports(
            await _served(place, "deploy.cli.main", "mllp"),
            await _served(place, "deploy.bench.peers", peers.HL7),
            await _served(place, "deploy.bench.peers", peers.HL7APY),
        )
        for number in senders:
            found += await _beside_the_limit(plan, place, ports, stream, number)
    return found


@dataclass(frozen=True)
class _Ports:
    ours: int
    hl7: int
    hl7apy: int


async def _beside_the_limit(
    plan: Plan, place: Scratch, ports: _Ports, stream: Iterator[bytes], number: int
) -> list[Figure]:
    written = messages.simulated(TEMPLATES)
    async with InboxRows.connected(place.url(postgres.WORKER), written, number) as limit:
        return await compare(
            f"listening, {number} at once",
            plan,
            Subject("bare insert and commit", limit.measure),
            Subject("homeward mllp, committed before each ACK", Senders(ports.ours, stream, number).measure),
            Subject("hl7.mllp, keeps nothing", Senders(ports.hl7, stream, number).measure),
            Subject(
                "hl7apy's server, keeps nothing, a connection each",
                Senders(ports.hl7apy, stream, number, connect_again=True).measure,
            ),
        )


async def _served(place: Scratch, module: str, server: str) -> int:
    """Start a server; returns its port."""
    port = free_port()
    await place.start_listener(server, (module, server), port)
    return port


@dataclass(frozen=True)
class Senders:
    """Hospitals that each send one message at a time and wait for its answer."""

    port: int
    stream: Iterator[bytes]
    number: int
    connect_again: bool = False

    async def measure(self, seconds: float) -> Round:
        """One round. Raises NotAccepted."""
        async with AsyncExitStack() as held:
            lines: list[Work] = [self._once] * self.number if self.connect_again else []
            for _ in range(self.number - len(lines)):
                line = await _Line.to(self.port)
                held.push_async_callback(line.close)
                lines.append(lambda line=line: line.ask(next(self.stream)))  # type: ignore[misc]
            return await side_by_side(seconds, *lines)

    async def _once(self) -> None:
        line = await _Line.to(self.port)
        await line.ask(next(self.stream))
        await line.close()


@dataclass(frozen=True)
class _Line:
    """One connection."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    @classmethod
    async def to(cls, port: int) -> _Line:
        return cls(*await asyncio.open_connection(HOST, port))

    async def ask(self, message: bytes) -> None:
        self.writer.write(frame(message))
        try:
            answer = await self.reader.readuntil(FRAME_END)
        except (asyncio.IncompleteReadError, ConnectionError):
            raise NotAccepted("A server closed the connection instead of answering.") from None
        if b"|AA|" not in answer and b"|AA\r" not in answer:
            raise NotAccepted("A server did not accept a message of the simulated hospital.")

    async def close(self) -> None:
        self.writer.close()
        await self.writer.wait_closed()
