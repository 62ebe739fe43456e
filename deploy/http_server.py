"""The HTTP server of pages and APIs: uvicorn, with a limit on how long the beginning of a request may take.

uvicorn waits for ever for a header that never ends, and whoever opens many such connections holds them all.
How long a body may take is the application's (`api.web.bodies`), which can answer in its own words.
"""

from __future__ import annotations

import asyncio
from typing import Any

import h11
import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

HEADER_SECONDS = 10.0
HEADER_BYTES = 32_768
UNFINISHED = (
    b"HTTP/1.1 408 Request Timeout\r\ncontent-type: text/plain; charset=utf-8\r\nconnection: close\r\n"
    b"content-length: 40\r\n\r\nThe request did not arrive in time (408)"
)


class BoundedProtocol(H11Protocol):
    """Closes a connection on which no header came to its end in time, the first or a later one."""

    header_seconds = HEADER_SECONDS

    def connection_made(self, transport: Any) -> None:
        """Begin to wait for the first header."""
        super().connection_made(transport)
        self._header_due: asyncio.TimerHandle | None = None
        self._wait_for_header()

    def data_received(self, data: bytes) -> None:
        """Wait no more once a header is complete; begin again with the first byte of the next."""
        super().data_received(data)
        if self.conn.their_state is not h11.IDLE:
            self._stop_waiting()
        elif self._header_due is None:
            self._wait_for_header()

    def on_response_complete(self) -> None:
        """Between two requests uvicorn's own limit holds; one that has begun already is waited for."""
        super().on_response_complete()
        if self.conn.their_state is h11.IDLE and self.conn.trailing_data[0]:
            self._wait_for_header()

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing is waited for any more."""
        self._stop_waiting()
        super().connection_lost(exc)

    def _wait_for_header(self) -> None:
        self._stop_waiting()
        self._header_due = self.loop.call_later(self.header_seconds, self._too_late)

    def _stop_waiting(self) -> None:
        if self._header_due is not None:
            self._header_due.cancel()
            self._header_due = None

    def _too_late(self) -> None:
        if not self.transport.is_closing():
            self.transport.write(UNFINISHED)
            self.transport.close()


def serve(app: Any, host: str, port: int, connections: int) -> None:
    """Serve until stopped; more than so many connections at once are answered 503."""
    uvicorn.run(
        app,
        loop="uvloop",
        http=BoundedProtocol,
        host=host,
        port=port,
        log_config=None,
        access_log=False,  # paths hold case ids, and the audit already knows who asked for what
        server_header=False,
        timeout_graceful_shutdown=5,
        limit_concurrency=connections,
        h11_max_incomplete_event_size=HEADER_BYTES,
    )
