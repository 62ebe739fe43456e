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
from discharge.store.driver import NoAnswer, connect
from discharge.store.engine import NO_ANSWER, OUTAGES, driver_settings, is_busy, times_of
from fhir_adapters.feeds.feed_choice import FeedDoor
from fhir_adapters.store.inbox import RECEIVE, Group, Named, Received

MOST_CONNECTIONS = 8
"""Commits at the same moment, of all feeds; more of them take turns."""

_Cursor = psycopg.AsyncCursor[tuple[Any, ...]]
"""On a connection that is kept, and kept with it."""


class Committer:
    """Commits groups of messages in the role of an engine, on connections of its own."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._settings = driver_settings(engine)
        self._times = times_of(engine)
        self._idle: list[_Cursor] = []
        self._room = asyncio.Semaphore(MOST_CONNECTIONS)

    async def commit(self, door: FeedDoor, messages: list[Named]) -> list[Received]:
        """Commit messages of a feed, all or none; no two may have the same message id.

        Raises Unavailable when PostgreSQL is away, else HomewardError with its SQLSTATE.
        """
        group = Group(door.feed_id, door.organisation_id, messages)
        with _in_our_words():
            await self._take_place()
            try:
                return await self._on_a_connection(group)
            finally:
                self._room.release()

    async def _take_place(self) -> None:
        """Take one of the connections that there may be. Raises NoAnswer when those that are used do not
        answer, so that nobody waits for one after the other of them.
        """
        if not self._room.locked():
            await self._room.acquire()  # at once: a timer would cost more
            return
        try:
            async with asyncio.timeout(self._times.connect):
                await self._room.acquire()
        except TimeoutError:
            raise NoAnswer("every connection waits for an answer") from None

    async def _on_a_connection(self, group: Group) -> list[Received]:
        """A kept connection may have died since it was used: then the next, and at last a new one, is tried.
        Should the group be committed all the same, the other time finds it there. After one that fell silent
        none is tried: those that are kept have probably fallen silent with it, and the times would add up.
        """
        while self._idle:
            kept = self._idle.pop()
            try:
                return await self._once(kept, group)
            except NoAnswer:
                await self.close()
                raise
            except psycopg.OperationalError:
                if not kept.connection.broken:
                    raise
        fresh = await connect(self._times, autocommit=True, **self._settings)
        return await self._once(fresh.cursor(), group)

    async def _once(self, cursor: _Cursor, group: Group) -> list[Received]:
        """Whatever goes wrong ends the connection, and with it all that it held."""
        try:
            received = await _commit(cursor, group)
        except BaseException:
            await cursor.connection.close()
            raise
        self._idle.append(cursor)
        return received

    async def close(self) -> None:
        """End the connections that are kept."""
        while self._idle:
            await self._idle.pop().connection.close()


async def _commit(cursor: _Cursor, group: Group) -> list[Received]:
    await cursor.execute(RECEIVE, group.parameters)
    return group.received(await cursor.fetchall())


@contextmanager
def _in_our_words() -> Iterator[None]:
    """A driver's error repeats values; ours has a code."""
    try:
        yield
    except NoAnswer:
        raise Unavailable("database-unavailable", detail=NO_ANSWER) from None
    except psycopg.Error as error:
        state = error.sqlstate or ""
        if is_busy(state):
            raise Unavailable("database-busy", detail=state) from None
        if isinstance(error, psycopg.OperationalError | psycopg.InterfaceError) and state[:2] in OUTAGES:
            raise Unavailable("database-unavailable", detail=state) from None
        raise HomewardError("internal", detail=state) from None
