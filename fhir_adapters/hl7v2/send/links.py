"""Connections to partners that take HL7 v2: one each, one message at a time on it, answers told apart by id.

Whoever sends waits for the answer to its own message; an answer to another one is handed to `on_late` (an
application acknowledgement may come long after its message, on the same connection or a new one) and never
taken for ours. A connection that nobody uses is closed after a while.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import ssl
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from fhir_adapters.background import spawn
from fhir_adapters.hl7v2.parse.mllp import Deframer, frame
from fhir_adapters.hl7v2.send.answers import PartnerAnswer, read_answer
from fhir_adapters.partners.secrets import CannotReach, SecretFolder, tls_words
from fhir_adapters.partners.settings import PartnerTls

CHUNK = 65_536
LARGEST_ANSWER = 1_048_576
CONNECT_SECONDS = 5.0
ANSWER_SECONDS = 20.0
ENCRYPTED = "mllps"
IDLE_SECONDS = 300.0

MOST_USERS = 2
"""Who may use or wait for one connection. More would keep a worker's hands from all other partners, for as
long as this one is silent.
"""

log = logging.getLogger("homeward.outward")

OnLate = Callable[[str, PartnerAnswer], Awaitable[None]]
"""Told the partner's endpoint and an answer that nobody waits for."""


@dataclass(frozen=True, slots=True)
class NoAnswer:
    """What happened instead of an answer, in words; ``sent`` says whether the message may have arrived,
    ``tried`` whether it was its turn at all, ``setup`` that nothing will arrive until a person puts it right.
    """

    words: str
    sent: bool
    tried: bool = True
    setup: bool = False


BUSY = NoAnswer("messages to others are being sent", sent=False, tried=False)


def host_and_port(endpoint: str) -> tuple[str, int]:
    """`mllp://host:port`, or encrypted `mllps://host:port`, in two. Raises ValueError for anything else."""
    parts = urlsplit(endpoint)
    if (
        parts.scheme not in ("mllp", ENCRYPTED)
        or not parts.hostname
        or not parts.port
        or parts.path not in ("", "/")
    ):
        raise ValueError("write an endpoint for HL7 v2 as mllp://host:port, or mllps://host:port")
    return parts.hostname, parts.port


async def _nobody(endpoint: str, answer: PartnerAnswer) -> None:
    """For whom late answers are no matter."""


@dataclass
class Links:
    """All connections of one process; `on_late` is told of answers that nobody waits for."""

    on_late: OnLate = _nobody
    answer_seconds: float = ANSWER_SECONDS
    secrets: SecretFolder = field(default_factory=SecretFolder)
    _links: dict[tuple[str, PartnerTls | None], _Link] = field(default_factory=dict)

    async def exchange(
        self, endpoint: str, message: bytes, control_id: str, tls: PartnerTls | None = None
    ) -> PartnerAnswer | NoAnswer:
        """Send one message and wait for its answer; whatever the partner does is a value. An ``mllps``
        endpoint is encrypted, as ``tls`` says where more is to be said.
        """
        try:
            host_and_port(endpoint)
        except ValueError as fault:
            return NoAnswer(str(fault), sent=False)
        link = self._links.setdefault((endpoint, tls), _Link(self, endpoint, tls))
        if link.users >= MOST_USERS:
            return BUSY
        link.users += 1
        try:
            async with link.turn:
                return await link.exchange(message, control_id)
        finally:
            link.users -= 1

    async def close(self) -> None:
        """End every connection."""
        for link in list(self._links.values()):
            await link.close()


class _Link:
    """One connection, made when needed, with a task that reads whatever comes."""

    def __init__(self, links: Links, endpoint: str, tls: PartnerTls | None) -> None:
        self.turn = asyncio.Lock()
        self.users = 0
        self._links = links
        self._endpoint = endpoint
        self._address = host_and_port(endpoint)
        self._tls = tls or PartnerTls() if urlsplit(endpoint).scheme == ENCRYPTED else None
        self._writer: asyncio.StreamWriter | None = None
        self._reading: asyncio.Task[None] | None = None
        self._awaited = ""
        self._answer: asyncio.Future[PartnerAnswer | NoAnswer] | None = None
        self._idle: asyncio.TimerHandle | None = None

    async def exchange(self, message: bytes, control_id: str) -> PartnerAnswer | NoAnswer:
        try:
            writer = await self._connected()
        except CannotReach as fault:
            return NoAnswer(fault.words, sent=False, setup=True)
        except (OSError, TimeoutError) as fault:
            why = tls_words(fault)
            return NoAnswer(why or f"no connection ({type(fault).__name__})", sent=False, setup=bool(why))
        self._awaited, self._answer = control_id, asyncio.get_running_loop().create_future()
        try:
            async with asyncio.timeout(self._links.answer_seconds):
                writer.write(frame(message))
                await writer.drain()
                return await self._answer
        except TimeoutError:
            await self.close()
            return NoAnswer("no answer in time", sent=True)
        except OSError:
            await self.close()
            return NoAnswer("the connection broke", sent=True)
        finally:
            self._awaited, self._answer = "", None
            self._rest()

    async def _connected(self) -> asyncio.StreamWriter:
        if self._idle:
            self._idle.cancel()
        if self._writer and self._reading and not self._reading.done() and not self._writer.is_closing():
            return self._writer
        await self.close()
        context = await asyncio.to_thread(self._links.secrets.context, self._tls) if self._tls else None
        name = self._tls.server_name if self._tls else None
        async with asyncio.timeout(CONNECT_SECONDS):
            reader, self._writer = await asyncio.open_connection(
                *self._address, ssl=context, server_hostname=name
            )
        self._reading = spawn("answers of a partner", self._read(reader))
        return self._writer

    async def _read(self, reader: asyncio.StreamReader) -> None:
        try:
            await self._take_all(reader)
        finally:
            self._settle(NoAnswer("the connection ended without an answer", sent=True))

    async def _take_all(self, reader: asyncio.StreamReader) -> None:
        deframer = Deframer(LARGEST_ANSWER)
        try:
            while data := await reader.read(CHUNK):
                for raw in deframer.feed(data):
                    await self._take(raw)
                if deframer.oversized or deframer.stray:
                    self._settle(NoAnswer("the answer was not an HL7 acknowledgement", sent=True))
                    break
        except ssl.SSLError as fault:  # TLS 1.3 hears only now that our certificate was not taken
            self._settle(NoAnswer(tls_words(fault) or "", sent=False, setup=True))
        except OSError:
            pass
        if self._writer:
            self._writer.close()

    async def _take(self, raw: bytes) -> None:
        answer = read_answer(raw)
        if answer is None:
            self._settle(NoAnswer("the answer was not an HL7 acknowledgement", sent=True))
        elif answer.control_id == self._awaited:
            self._settle(answer)
        else:
            try:
                await self._links.on_late(self._endpoint, answer)
            except Exception as fault:  # the record is away; the item stays as it is, and can be seen to
                log.warning("an answer could not be noted: %s", type(fault).__name__)

    def _settle(self, outcome: PartnerAnswer | NoAnswer) -> None:
        if self._answer and not self._answer.done():
            self._answer.set_result(outcome)
            self._awaited = ""

    def _rest(self) -> None:
        loop = asyncio.get_running_loop()
        self._idle = loop.call_later(IDLE_SECONDS, self._close_idle)

    def _close_idle(self) -> None:
        if not self.turn.locked() and self._writer:
            self._writer.close()

    async def close(self) -> None:
        if self._idle:
            self._idle.cancel()
        if self._reading and self._reading is not asyncio.current_task():
            self._reading.cancel()
            await asyncio.wait({self._reading})
        writer, self._writer, self._reading = self._writer, None, None
        if writer:
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()
