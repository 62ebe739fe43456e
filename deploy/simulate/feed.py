"""The hospital's feed: one MLLP connection, one message at a time, the same bytes until they are
acknowledged.

A sender of HL7 v2 queues while the link is down and never overtakes itself; so does this one.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
from typing import Any

from deploy.simulate.ledger import Ledger
from deploy.simulate.pace import attempts
from fhir_adapters.hl7v2.parse.mllp import Deframer, frame

ANSWER_SECONDS = 15.0
LARGEST_ANSWER = 65_536
TRY_AGAIN = frozenset({"AE", "CE"})
"""Codes after which a sender keeps its message: the receiver could not take it now."""


class Feed:
    """A connection that is made when it is needed, and made again when it breaks."""

    def __init__(self, host: str, port: int, ledger: Ledger) -> None:
        self._host = host
        self._port = port
        self._ledger = ledger
        self._turn = asyncio.Lock()
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def send(self, message: bytes, **about: Any) -> str:
        """Send until the receiver answers; returns its code (AA, AR ...). `about` goes into the ledger."""
        about = {"door": "mllp", "sha256": hashlib.sha256(message).hexdigest(), **about}
        async with self._turn:
            async for attempt in attempts():
                self._ledger.note("sent", attempt=attempt, **about)
                try:
                    answer = await asyncio.wait_for(self._exchange(message), ANSWER_SECONDS)
                except (OSError, TimeoutError, EOFError) as failure:
                    await self.close()
                    self._ledger.note("lost", why=type(failure).__name__, attempt=attempt, **about)
                    continue
                code = ack_code(answer)
                self._ledger.note("answered", ack=code, acknowledged=code in ("AA", "CA"), **about)
                if code not in TRY_AGAIN:
                    return code
        raise AssertionError("attempts never end")

    async def close(self) -> None:
        """Drop the connection."""
        if self._streams:
            _, writer = self._streams
            self._streams = None
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()

    async def _exchange(self, message: bytes) -> bytes:
        if self._streams is None:
            self._streams = await asyncio.open_connection(self._host, self._port)
        reader, writer = self._streams
        writer.write(frame(message))
        await writer.drain()
        return await _one_message(reader)


async def _one_message(reader: asyncio.StreamReader) -> bytes:
    deframer = Deframer(LARGEST_ANSWER)
    while True:
        data = await reader.read(4096)
        if not data:
            raise EOFError
        messages = deframer.feed(data)
        if messages:
            return messages[0]


def ack_code(answer: bytes) -> str:
    """MSA-1 of an answer; empty where there is none."""
    for segment in answer.decode("utf-8", "replace").split("\r"):
        if segment.startswith("MSA|"):
            return segment.split("|")[1]
    return ""
