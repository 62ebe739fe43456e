"""The listening sockets: the main port, one with TLS beside it, and each port that a feed has of its own.

Sockets are accepted by us and not by `asyncio.start_server`, so that a connection counts from its first
moment, a slow TLS handshake too, and each one meets the certificates as they are then.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import socket
import ssl
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial

from fhir_adapters.background import Background, spawn
from fhir_adapters.hl7v2.receive.counts import Counts
from fhir_adapters.hl7v2.receive.directory import Arrival
from fhir_adapters.hl7v2.receive.limits import Limits, Room
from fhir_adapters.hl7v2.receive.tls import Tls
from fhir_adapters.hl7v2.receive.wire import Wire

log = logging.getLogger("homeward.mllp")

BACKLOG = 512
OUT_OF_FILES_SECONDS = 0.2
"""Pause before accepting again when the process has no file left for another connection."""

Serve = Callable[[Wire, Arrival], Awaitable[None]]


@dataclass
class Doors:
    """Takes connections and hands each to ``serve``, as long as there is room."""

    host: str
    limits: Limits
    counts: Counts
    serve: Serve
    tls: Tls | None = None
    background: Background = field(default_factory=Background)
    _sockets: dict[int, list[socket.socket]] = field(default_factory=dict)
    _accepting: set[asyncio.Task[None]] = field(default_factory=set)
    _serving: set[asyncio.Task[None]] = field(default_factory=set)
    _room: Room = field(init=False)

    def __post_init__(self) -> None:
        self._room = Room(self.limits)

    @property
    def ports(self) -> set[int]:
        """The ports that are listened on."""
        return set(self._sockets)

    async def open(self, port: int, *, secure: bool) -> int:
        """Listen on a port (0: a free one); returns it. Raises OSError when it is taken."""
        opened: list[socket.socket] = []
        for family, address in await _addresses(self.host, port):
            where = (address, opened[0].getsockname()[1] if opened else port)
            try:
                listening = socket.create_server(where, family=family, backlog=BACKLOG)
            except OSError:
                for one in opened:
                    one.close()
                raise
            listening.setblocking(False)
            opened.append(listening)
        bound: int = opened[0].getsockname()[1]
        self._sockets[bound] = opened
        for one in opened:
            accept = partial(self._accept, one, secure=secure)
            self._accepting.add(self.background.start(f"connections on port {bound}", accept))
        return bound

    async def close(self) -> None:
        """Take no more connections; those that are served go on."""
        await _end(self._accepting)
        for listening in (one for some in self._sockets.values() for one in some):
            listening.close()

    async def hang_up(self) -> None:
        """End every connection that is left, wherever it is."""
        await _end(self._serving)

    async def _accept(self, listening: socket.socket, *, secure: bool) -> None:
        loop = asyncio.get_running_loop()
        while True:
            try:
                connection, came_from = await loop.sock_accept(listening)
            except OSError as error:
                log.error("no connection can be taken: %s", error.strerror)
                await asyncio.sleep(OUT_OF_FILES_SECONDS)
                continue
            self._welcome(connection, came_from[0], secure=secure)

    def _welcome(self, connection: socket.socket, address: str, *, secure: bool) -> None:
        full = self._room.enter(address)
        if full:
            log.warning("connection refused: %s", full)
            self.counts.refused.labels(full).inc()
            connection.close()
            return
        served = spawn("a connection", self._serve(connection, address, secure=secure))
        self._serving.add(served)
        served.add_done_callback(self._serving.discard)
        served.add_done_callback(lambda _: self._room.leave(address))

    async def _serve(self, connection: socket.socket, address: str, *, secure: bool) -> None:
        self.counts.open.inc()
        try:
            wire = await self._wire(connection, secure=secure)
            if wire:
                await self.serve(wire, _door(wire.transport, address))
        finally:
            self.counts.open.dec()

    async def _wire(self, connection: socket.socket, *, secure: bool) -> Wire | None:
        """The connection to read and write, after the TLS handshake; None when that did not come about."""
        loop = asyncio.get_running_loop()
        wire = Wire(secure=secure)
        shake = self.limits.read_seconds if secure else None
        try:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
            await loop.connect_accepted_socket(
                lambda: wire,
                connection,
                ssl=self._context() if secure else None,
                ssl_handshake_timeout=shake,
            )
        except OSError as error:
            reason = getattr(error, "reason", None) or type(error).__name__
            log.warning("connection refused: %s: %s", "no TLS" if secure else "it broke", reason)
            self.counts.refused.labels("tls" if secure else "broken").inc()
            connection.close()
            return None
        return wire

    def _context(self) -> ssl.SSLContext | None:
        return self.tls.context() if self.tls else None


async def _end(tasks: set[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    if tasks:
        await asyncio.wait(tasks)


async def _addresses(host: str, port: int) -> list[tuple[int, str]]:
    """Each address of a host once, with its family. Raises OSError."""
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    return list(dict.fromkeys((family, str(where[0])) for family, _, _, _, where in found))


def _door(transport: asyncio.Transport, address: str) -> Arrival:
    port = transport.get_extra_info("sockname")[1]
    return Arrival(port=port, certificate=_fingerprint(transport), address=address)


def _fingerprint(transport: asyncio.Transport) -> str | None:
    """SHA-256 of the client's certificate, or None without TLS."""
    tls = transport.get_extra_info("ssl_object")
    der = tls.getpeercert(binary_form=True) if tls else None
    return hashlib.sha256(der).hexdigest() if der else None
