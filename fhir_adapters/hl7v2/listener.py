"""The MLLP listener: takes messages, commits each to the inbox, and only then acknowledges it.

It is our own asyncio server because `hl7.mllp` closes without an answer on an undecodable byte, on a message
past its limit and on an error of the handler, and waits for ever for bytes that are not framed; `hl7apy`'s
server takes one message a connection. Here every one of these gets a coded answer.

Messages of one connection are taken one after the other, so their order is kept. A sender that is slow or
silent holds its own connection only. When the database is away the answer is AE 207: the sender keeps the
message and tries again. When told to stop, the listener takes no new message, finishes the ones at hand with
their answers, and closes.
"""

import asyncio
import contextlib
import hashlib
import logging
import secrets
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Protocol

from discharge.clocks import CaseClock
from discharge.errors import HomewardError
from fhir_adapters.feeds.book import ProfileBook
from fhir_adapters.feeds.choosing import Arrival, FeedDoor, choose_feed
from fhir_adapters.feeds.loading import shipped_profiles
from fhir_adapters.hl7v2.ack import AckRules, Verdict, build_ack, verdict_of, verdict_on
from fhir_adapters.hl7v2.envelope import Envelope, Unreadable, header_of, read_envelope
from fhir_adapters.hl7v2.mllp import Deframer, frame
from fhir_adapters.store.inbox import Arrived, Received

log = logging.getLogger("homeward.mllp")

CHUNK = 65_536
CONTENT_TYPE = "x-application/hl7-v2+er7"
ALWAYS = AckRules()
NOWHERE = Arrival()
LONGEST_ID = 200
"""Characters of MSH-10 that name a message (HL7 allows 20); the hash tells longer ones apart."""
FEEDS_FRESH_FOR = 5.0
"""Seconds for which the list of feeds is trusted."""


class InboxPort(Protocol):
    """What the listener needs of the inbox; methods raise `Unavailable` when it is away."""

    async def store(self, door: FeedDoor, arrived: Arrived) -> Received:
        """Commit one message."""

    async def feeds(self) -> list[FeedDoor]:
        """Every feed."""

    async def unassigned(self) -> FeedDoor:
        """The feed for what nobody claimed."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Sizes in bytes, times in seconds. A sender may be silent between messages, not inside one."""

    message_bytes: int = 16 * 1024 * 1024
    connections: int = 512
    idle_seconds: float = 600.0
    read_seconds: float = 30.0
    stop_seconds: float = 10.0


@dataclass
class _Directory:
    """The feeds, read again every few seconds, so that a new feed needs no restart."""

    inbox: InboxPort
    feeds: list[FeedDoor] = field(default_factory=list)
    unassigned: FeedDoor | None = None
    fresh_until: float = float("-inf")
    reading: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def choose(self, arrival: Arrival) -> tuple[FeedDoor, bool]:
        """The feed of an arrival, and whether a feed has claimed it."""
        unassigned = self.unassigned
        if unassigned is None or not (self._is_fresh() or self.reading.locked()):
            unassigned = await self._read_again()
        found = choose_feed(self.feeds, arrival)
        return (found, True) if found else (unassigned, False)

    async def _read_again(self) -> FeedDoor:
        """Read the list; of many who find it old one reads, and the others go by the old one meanwhile."""
        async with self.reading:
            if self.unassigned is None or not self._is_fresh():
                self.unassigned = await self.inbox.unassigned()
                self.feeds = await self.inbox.feeds()
                self.fresh_until = asyncio.get_running_loop().time() + FEEDS_FRESH_FOR
            return self.unassigned

    def _is_fresh(self) -> bool:
        return asyncio.get_running_loop().time() < self.fresh_until


def arrived(raw: bytes, read: Envelope | Unreadable, *, claimed: bool) -> Arrived:
    """The inbox row of a message: rejected when its envelope cannot be read, unassigned when no feed
    claims it.
    """
    unreadable = read if isinstance(read, Unreadable) else None
    header = header_of(read) or Envelope(sha256=read.sha256)
    state = "rejected" if unreadable else "stored" if claimed else "unassigned"
    code = unreadable.code if unreadable else None if claimed else "unknown-feed"
    return Arrived(
        raw=raw,
        content_type=CONTENT_TYPE,
        message_id=_storable(header.message_id),
        charset=header.charset,
        message_type=_storable(header.message_type) or None,
        trigger=_storable(header.trigger) or None,
        version=_storable(header.version) or None,
        event_time=header.event_time,
        person_key=person_key(header),
        acknowledgement=verdict_on(read).code,
        state=state,
        code=code,
        reason=unreadable.detail if unreadable else None,
    )


def _storable(text: str) -> str:
    """Text that PostgreSQL can hold and index."""
    return text.replace("\x00", "")[:LONGEST_ID]


def person_key(header: Envelope) -> str | None:
    """A short hash of the first number that the message gives for the person: orders the drain, names
    nobody.
    """
    if not header.patient_hints:
        return None
    number = header.patient_hints[0].split(header.delimiters.component)[0]
    return hashlib.sha256(number.encode()).hexdigest()[:24] if number else None


class Listener:
    """Takes connections for `serve`; one instance a process."""

    def __init__(
        self, inbox: InboxPort, clock: CaseClock, profiles: ProfileBook, limits: Limits = Limits()
    ) -> None:
        self._inbox = inbox
        self._clock = clock
        self._limits = limits
        self._profiles = profiles
        self._directory = _Directory(inbox)
        self._connections: dict[asyncio.Task[None], bool] = {}
        self._stopping = False

    async def answer(self, raw: bytes, door: Arrival = NOWHERE) -> bytes | None:
        """Store one message and give its acknowledgement; None where the sender's profile wants none."""
        read = read_envelope(raw)
        header = header_of(read)
        rules = ALWAYS
        try:
            feed, claimed = await self._directory.choose(_arrival(door, header))
            rules = self._rules(feed)
            await self._inbox.store(feed, arrived(raw, read, claimed=claimed))
            verdict = verdict_on(read)
        except HomewardError as error:
            log.warning("message not stored: %s", error.code)
            verdict = verdict_of(error.code)
        except Exception as error:
            log.error("message not stored: %s", type(error).__name__)
            verdict = verdict_of("internal")
        return self._acknowledgement(header, verdict, rules)

    def _rules(self, feed: FeedDoor) -> AckRules:
        today = self._clock.today(datetime.now(UTC))
        return self._profiles.in_force(feed.profile, today).acknowledgement

    def _acknowledgement(
        self, header: Envelope | None, verdict: Verdict, rules: AckRules = ALWAYS
    ) -> bytes | None:
        now = self._clock.case_time(datetime.now(UTC))
        return build_ack(header, verdict, now=now, ack_id=secrets.token_hex(10).upper(), rules=rules)

    async def connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection until it ends, falls silent, breaks the framing, or we stop."""
        task = asyncio.current_task()
        if task is None or self._stopping or len(self._connections) >= self._limits.connections:
            writer.close()
            return
        self._connections[task] = False
        try:
            await self._converse(task, reader, writer)
        except (ConnectionError, TimeoutError, asyncio.CancelledError):
            pass
        finally:
            del self._connections[task]
            writer.close()
            with contextlib.suppress(Exception):
                await writer.wait_closed()

    async def _converse(
        self, task: asyncio.Task[None], reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        deframer = Deframer(self._limits.message_bytes)
        door = Arrival(port=writer.get_extra_info("sockname")[1], certificate=_fingerprint(writer))
        while not self._stopping:
            data = await self._read(reader, deframer)
            messages = deframer.feed(data)
            self._connections[task] = True
            for raw in messages:
                await self._send(writer, await self.answer(raw, door))
            self._connections[task] = False
            if deframer.oversized is not None:
                await self._refuse(writer, "message-too-large", deframer.oversized)
                return
            unframed = bool(deframer.stray) and not messages and not deframer.inside
            if unframed or not data:
                if unframed or deframer.inside:
                    await self._refuse(writer, "frame-incomplete")
                return
            deframer.stray.clear()

    async def _read(self, reader: asyncio.StreamReader, deframer: Deframer) -> bytes:
        """The next bytes; empty at the end of the stream, or when the sender stopped inside a frame."""
        wait = self._limits.read_seconds if deframer.inside else self._limits.idle_seconds
        try:
            async with asyncio.timeout(wait):
                return await reader.read(CHUNK)
        except TimeoutError:
            return b""

    async def _refuse(self, writer: asyncio.StreamWriter, code: str, head: bytes = b"") -> None:
        """Say why, and let the connection end: what follows could not be told from the broken message."""
        header = header_of(read_envelope(head)) if head else None
        log.warning("connection ended: %s", code)
        await self._send(writer, self._acknowledgement(header, verdict_of(code)))

    async def _send(self, writer: asyncio.StreamWriter, reply: bytes | None) -> None:
        if reply is not None:
            writer.write(frame(reply))
            async with asyncio.timeout(self._limits.read_seconds):
                await writer.drain()

    async def stop(self) -> None:
        """End idle connections at once and busy ones when their message is answered."""
        self._stopping = True
        for task, busy in list(self._connections.items()):
            if not busy:
                task.cancel()
        if self._connections:
            await asyncio.wait(list(self._connections), timeout=self._limits.stop_seconds)
        for task in list(self._connections):
            task.cancel()


def _arrival(door: Arrival, header: Envelope | None) -> Arrival:
    """Where a message came in, with what its header says of the sender."""
    if header is None:
        return door
    return replace(
        door, sending_application=header.sending_application, sending_facility=header.sending_facility
    )


def _fingerprint(writer: asyncio.StreamWriter) -> str | None:
    """SHA-256 of the client's certificate, or None without TLS."""
    tls = writer.get_extra_info("ssl_object")
    der = tls.getpeercert(binary_form=True) if tls else None
    return hashlib.sha256(der).hexdigest() if der else None


class _Doors:
    """The listening sockets: the main port, and each port that a feed has of its own."""

    def __init__(self, listener: Listener, host: str, tls: ssl.SSLContext | None) -> None:
        self._listener = listener
        self._host = host
        self._tls = tls
        self._servers: dict[int, asyncio.Server] = {}

    async def open(self, port: int) -> int:
        """Listen on a port (0: a free one); returns it. Raises OSError when it is taken."""
        server = await asyncio.start_server(
            self._listener.connected, self._host, port, limit=CHUNK, backlog=512, ssl=self._tls
        )
        listening: int = server.sockets[0].getsockname()[1]
        self._servers[listening] = server
        return listening

    async def follow(self, inbox: InboxPort, stop: asyncio.Event) -> None:
        """Open the ports of feeds as they appear, until told to stop."""
        while not stop.is_set():
            with contextlib.suppress(HomewardError):
                wanted = {feed.port for feed in await inbox.feeds() if feed.port}
                for port in wanted - self._servers.keys():
                    await self._try(port)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), FEEDS_FRESH_FOR)

    async def _try(self, port: int) -> None:
        try:
            await self.open(port)
        except OSError as error:
            log.error("port %d of a feed cannot be listened on: %s", port, error.strerror)

    def close(self) -> None:
        """Take no more connections."""
        for server in self._servers.values():
            server.close()


async def serve(
    inbox: InboxPort,
    clock: CaseClock,
    *,
    host: str,
    port: int,
    stop: asyncio.Event,
    profiles: ProfileBook | None = None,
    limits: Limits = Limits(),
    tls: ssl.SSLContext | None = None,
    started: Callable[[int], None] | None = None,
) -> None:
    """Listen until `stop` is set, on `port` (0: a free one) and on every port that a feed has of its own.

    `started` is told the main port. Raises OSError when it is taken.
    """
    listener = Listener(inbox, clock, profiles or shipped_profiles(), limits)
    doors = _Doors(listener, host, tls)
    listening = await doors.open(port)
    following = asyncio.create_task(doors.follow(inbox, stop))
    try:
        if started:
            started(listening)
        await stop.wait()
    finally:
        stop.set()
        doors.close()
        await listener.stop()
        await following
        doors.close()
