"""Committing a group of messages: one statement, one round trip, on a connection that is kept for the next.

The statement goes to PostgreSQL through psycopg itself, which commits it as it ends: what SQLAlchemy does
around each statement would cost several times what the messages do.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from sqlalchemy.ext.asyncio import AsyncEngine

from discharge.errors import HomewardError, Unavailable
from discharge.store.engine import OUTAGES, driver_settings
from fhir_adapters.feeds.choosing import FeedDoor
from fhir_adapters.store.inbox import RECEIVE, Group, Named, Received

MOST_CONNECTIONS = 8
"""Commits at the same moment, of all feeds; more of them take turns."""

Connection = psycopg.AsyncConnection[tuple[Any, ...]]


class Committer:
    """Commits groups of messages in the role of an engine, on connections of its own."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._settings = driver_settings(engine)
        self._idle: list[Connection] = []
        self._room = asyncio.Semaphore(MOST_CONNECTIONS)

    async def commit(self, door: FeedDoor, messages: list[Named]) -> list[Received]:
        """Commit messages of a feed, all or none; no two may have the same message id.

        Raises Unavailable when PostgreSQL is away, else HomewardError with its SQLSTATE.
        """
        group = Group(door.feed_id, door.organisation_id, messages)
        with _in_our_words():
            async with self._room:
                return await self._on_a_connection(group)

    async def _on_a_connection(self, group: Group) -> list[Received]:
        """A kept connection may have died since it was used: then the next, and at last a new one, is tried.
        Should the group be committed all the same, the other time finds it there.
        """
        while self._idle:
            kept = self._idle.pop()
            try:
                return await self._once(kept, group)
            except psycopg.OperationalError:
                if not kept.broken:
                    raise
        return await self._once(await Connection.connect(autocommit=True, **self._settings), group)

    async def _once(self, connection: Connection, group: Group) -> list[Received]:
        """Whatever goes wrong ends the connection, and with it all that it held."""
        try:
            received = await _commit(connection, group)
        except BaseException:
            await connection.close()
            raise
        self._idle.append(connection)
        return received

    async def close(self) -> None:
        """End the connections that are kept."""
        while self._idle:
            await self._idle.pop().close()


async def _commit(connection: Connection, group: Group) -> list[Received]:
    kept = await connection.execute(RECEIVE, group.parameters)
    return group.received(await kept.fetchall())


@contextmanager
def _in_our_words() -> Iterator[None]:
    """A driver's error repeats values; ours has a code."""
    try:
        yield
    except psycopg.Error as error:
        state = error.sqlstate or ""
        if isinstance(error, psycopg.OperationalError | psycopg.InterfaceError) and state[:2] in OUTAGES:
            raise Unavailable("database-unavailable", detail=state) from None
        raise HomewardError("internal", detail=state) from None
