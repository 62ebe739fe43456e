"""The bytes of one connection: read with a limit of time, written at once, held back when a side is slow.

A plain asyncio protocol, because streams and a timeout of their own for each read and each write cost more
than all else that a message needs. One timer watches a connection; it is set again only when it rings.
"""

from __future__ import annotations

import asyncio
import contextlib
from typing import cast

CHUNK = 65_536
MOST_UNREAD = 2 * CHUNK
"""Bytes that may wait for us; past them the sender is held back."""


class Wire(asyncio.Protocol):
    """One connection. ``ended`` says that nothing more will come, ``lost`` that nothing more can be sent."""

    def __init__(self, *, secure: bool) -> None:
        self._loop = asyncio.get_running_loop()
        self._secure = secure
        self._came: list[bytes] = []
        self._unread = 0
        self._held_back = False
        self._reader: asyncio.Future[None] | None = None
        self._until = 0.0
        self._timer: asyncio.TimerHandle | None = None
        self._room = asyncio.Event()
        self._room.set()
        self._gone: asyncio.Future[None] = self._loop.create_future()
        self.ended = False

    async def read(self, seconds: float) -> bytes:
        """What has come, all of it; empty at the end, or when nothing came in time."""
        if not self._came and not self.ended:
            await self._wait(seconds)
        data = self._came[0] if len(self._came) == 1 else b"".join(self._came)
        self._came.clear()
        self._unread = 0
        if self._held_back:
            self._held_back = False
            self.transport.resume_reading()
        return data

    async def write(self, data: bytes, seconds: float) -> None:
        """Send bytes; waits only for a receiver that is behind. Raises OSError when it is gone, and
        TimeoutError when it does not take them in time.
        """
        if self.lost:
            raise ConnectionResetError("the sender has gone")
        self.transport.write(data)
        if not self._room.is_set():
            async with asyncio.timeout(seconds):
                await self._room.wait()
            if self.lost:
                raise ConnectionResetError("the sender has gone")

    @property
    def lost(self) -> bool:
        """Whether the connection is gone."""
        return self._gone.done()

    def say_no_more(self) -> None:
        """Let the other side read the end, and go on listening, where the connection can be half closed."""
        if self.transport.can_write_eof() and not self.lost:
            self.transport.write_eof()

    async def close(self, seconds: float) -> None:
        """End the connection, with what was written if that is taken in time."""
        self.transport.close()
        try:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await asyncio.shield(self._gone)
        finally:
            self.transport.abort()

    async def _wait(self, seconds: float) -> None:
        self._until = self._loop.time() + seconds
        if self._timer is None or self._timer.when() > self._until:
            self._set_timer()
        self._reader = self._loop.create_future()
        try:
            await self._reader
        finally:
            self._reader = None

    def _set_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self._loop.call_at(self._until, self._ring)

    def _ring(self) -> None:
        """Time may be up; while nobody waits, or not yet for so long, the timer is for later."""
        self._timer = None
        if self._reader is None:
            return
        if self._loop.time() < self._until:
            self._set_timer()
        else:
            self._wake()

    def _wake(self) -> None:
        if self._reader is not None and not self._reader.done():
            self._reader.set_result(None)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Part of `asyncio.Protocol`."""
        self.transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """Part of `asyncio.Protocol`."""
        self._came.append(data)
        self._unread += len(data)
        if self._unread > MOST_UNREAD and not self._held_back:
            self._held_back = True
            self.transport.pause_reading()
        self._wake()

    def eof_received(self) -> bool:
        """Part of `asyncio.Protocol`: the other side may still listen, but not where TLS ended."""
        self.ended = True
        self._wake()
        return not self._secure

    def pause_writing(self) -> None:
        """Part of `asyncio.Protocol`."""
        self._room.clear()

    def resume_writing(self) -> None:
        """Part of `asyncio.Protocol`."""
        self._room.set()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's own signature
        """Part of `asyncio.Protocol`."""
        self.ended = True
        if not self._gone.done():
            self._gone.set_result(None)
        if self._timer is not None:
            self._timer.cancel()
        self._room.set()
        self._wake()
