"""How fast a running stack takes messages and answers readers."""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import httpx

from deploy.cli.options import CannotGoOn
from deploy.embedded.address import Address
from fhir_adapters.hl7v2.send.mllp_client import Receiver, Sender, acknowledgement_code


@dataclass(frozen=True)
class Measured:
    """One figure: how many were done one after the other on each of some lines, and how long one took."""

    what: str
    count: int
    per_second: float
    median_ms: float
    p99_ms: float


async def run(where: Address, token: str, messages: int, reads: int, lines: int) -> list[Measured]:
    """Send training messages, which never touch live people, and read the worklist. Raises OSError."""
    headers = {"Authorization": f"Bearer {token}"}
    async with httpx.AsyncClient(
        base_url=where.pages, headers=headers, trust_env=False, timeout=30
    ) as client:

        async def read(_: int) -> None:
            try:
                (await client.get("/api/v1/cases")).raise_for_status()
            except httpx.HTTPError as error:
                raise CannotGoOn(f"The worklist could not be read ({type(error).__name__}).") from None

        sending = [_sender(where) for _ in range(lines)]
        return [
            await _timed("messages committed and acknowledged", messages, sending),
            await _timed("worklists read", reads, [read] * lines),
        ]


def _sender(where: Address) -> Callable[[int], Awaitable[None]]:
    """A line of its own to the listener."""
    sender = Sender(Receiver(where.host, where.ports.mllp))
    run = uuid.uuid4().hex[:12].upper()

    async def send(number: int) -> None:
        answer = await sender.send(_training_message(f"{run}{number}"))
        if acknowledgement_code(answer or b"") != "AA":
            raise CannotGoOn("A message was not accepted; `homeward send` shows what the listener says.")

    return send


def _training_message(control_id: str) -> bytes:
    """An admission of nobody: processing id T keeps it away from live people."""
    segments = (
        f"MSH|^~\\&|HVPAS|RXH|HOMEWARD|HHP|20310407090000||ADT^A01^ADT_A01|{control_id}|T|2.4",
        "EVN|A01|20310407090000",
        f"PID|1||{control_id}^^^RXH^MR||ZZZTEST^BENCH||19400101|9",
        "PV1|1|I|ELM^1^1^RXH01||||||||||||||||V1|||||||||||||||||||||||||20310407090000",
    )
    return "\r".join((*segments, "")).encode()


async def _timed(what: str, count: int, workers: list[Callable[[int], Awaitable[None]]]) -> Measured:
    took: list[float] = []
    waiting = iter(range(count))

    async def work(do: Callable[[int], Awaitable[None]]) -> None:
        for number in waiting:
            begun = time.perf_counter()
            await do(number)
            took.append(time.perf_counter() - begun)

    begun = time.perf_counter()
    await asyncio.gather(*(work(do) for do in workers))
    whole = time.perf_counter() - begun
    took.sort()
    median, p99 = took[len(took) // 2] * 1000, took[int(len(took) * 0.99)] * 1000
    return Measured(what, count, round(count / whole, 1), round(median, 2), round(p99, 2))
