"""The limit that PostgreSQL sets: a row inserted and committed, with nothing around it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from itertools import cycle
from typing import Any
from uuid import UUID, uuid4

import psycopg

from deploy.bench.timing_rounds import Round, side_by_side
from fhir_adapters.hl7v2.parse.envelope import read_envelope
from fhir_adapters.hl7v2.receive.inbox_row import arrived

Connection = psycopg.AsyncConnection[tuple[Any, ...]]

_FEED = "SELECT id, organisation_id FROM feeds WHERE code = 'harrow-vale'"
_COLUMNS = (
    "content_type", "charset", "message_type", "trigger", "version", "event_time", "person_key",
    "state", "acknowledgement",
)  # fmt: skip
_INSERT = (
    f"WITH row AS (INSERT INTO inbox (id, message_id, feed_id, organisation_id, sha256, "  # noqa: S608
    f"{', '.join(_COLUMNS)}) VALUES ({', '.join(['%s'] * (5 + len(_COLUMNS)))}) RETURNING id) "
    "INSERT INTO inbox_bytes (inbox_id, raw) SELECT id, %s FROM row"
)


@asynccontextmanager
async def connections(url: str, number: int) -> AsyncIterator[list[Connection]]:
    """So many connections that commit each statement by itself: the least that can be done."""
    address = url.replace("+psycopg", "")
    async with AsyncExitStack() as held:
        opened = [await Connection.connect(address, autocommit=True) for _ in range(number)]
        for one in opened:
            held.push_async_callback(one.close)
        yield opened


class InboxRows:
    """The rows that the listener would write, made beforehand; only their ids are new each time."""

    def __init__(self, opened: list[Connection], rows: list[tuple[Any, ...]]) -> None:
        self._connections = opened
        self._rows = cycle(rows)

    @classmethod
    @asynccontextmanager
    async def connected(
        cls, url: str, messages: list[bytes], number: int, state: str = "stored"
    ) -> AsyncIterator[InboxRows]:
        """On so many connections of their own."""
        async with connections(url, number) as opened:
            feed = await (await opened[0].execute(_FEED)).fetchone()
            if feed is None:
                raise LookupError("the demo has no feed harrow-vale")
            yield cls(opened, [_row(message, feed[0], feed[1], state) for message in messages])

    async def measure(self, seconds: float) -> Round:
        """One round on all connections at once."""

        def on(connection: Connection) -> Any:
            return lambda: connection.execute(_INSERT, self._next())

        return await side_by_side(seconds, *(on(one) for one in self._connections))

    def _next(self) -> tuple[Any, ...]:
        new = uuid4()
        return (new, str(new), *next(self._rows))


def _row(message: bytes, feed_id: UUID, organisation_id: UUID, state: str) -> tuple[Any, ...]:
    read = read_envelope(message)
    row = arrived(message, read, claimed=True)._replace(state=state)
    return (feed_id, organisation_id, read.sha256, *(getattr(row, column) for column in _COLUMNS), row.raw)
