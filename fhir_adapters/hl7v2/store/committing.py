"""Committing a group of messages: one statement, one round trip, on a connection that is kept for the next.

The statement goes to PostgreSQL through psycopg itself, which commits it as it ends: what SQLAlchemy does
around each statement would cost several times what the messages do.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

import psycopg
from sqlalchemy.ext.asyncio import AsyncEngine

from discharge.errors import HomewardError, Unavailable
from discharge.store.driver import BoundedConnection, NoAnswer, connect
from discharge.store.engine import NO_ANSWER, OUTAGES, TOOK_TOO_LONG, driver_settings, times_of
from fhir_adapters.feeds.choosing import FeedDoor
from fhir_adapters.store.inbox import RECEIVE, Group, Named, Received

MOST_CONNECTIONS = 8
"""Commits at the same moment, of all feeds; more of them take turns."""


class Committer:
    """Commits groups of messages in the role of an engine, on connections of its own."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._settings = driver_settings(engine)
        self._times = times_of(engine)
        self._idle: list[BoundedConnection] = []
        self._room = asyncio.Semaphore(MOST_CONNECTIONS)

    async def commit(self, door: FeedDoor, messages: list[Named]) -> list[Received]:
        """Commit messages of a feed, all or none; no two may have the same message id.

        Raises Unavailable when PostgreSQL is away, else HomewardError with its SQLSTATE.
        """
        group = Group(door.feed_id, door.organisation_id, messages)
        with _in_our_words():
            async with self._place():
                return await self._on_a_connection(group)

    @asynccontextmanager
    async def _place(self) -> AsyncIterator[None]:
        """One of the connections that there may be. Raises NoAnswer when those that are used do not answer,
        so that nobody waits for one after the other of them.
        """
        try:
            async with asyncio.timeout(self._times.connect):
                await self._room.acquire()
        except TimeoutError:
            raise NoAnswer("every connection waits for an answer") from None
        try:
            yield
        finally:
            self._room.release()

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
                if not kept.broken:
                    raise
        fresh = await connect(self._times, autocommit=True, **self._settings)
        return await self._once(fresh, group)

    async def _once(self, connection: BoundedConnection, group: Group) -> list[Received]:
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


async def _commit(connection: BoundedConnection, group: Group) -> list[Received]:
    kept = await connection.execute(RECEIVE, group.parameters)
    return group.received(await kept.fetchall())


@contextmanager
def _in_our_words() -> Iterator[None]:
    """A driver's error repeats values; ours has a code."""
    try:
        yield
    except NoAnswer:
        raise Unavailable("database-unavailable", detail=NO_ANSWER) from None
    except psycopg.Error as error:
        state = error.sqlstate or ""
        if state == TOOK_TOO_LONG:
            raise Unavailable("database-busy", detail=state) from None
        if isinstance(error, psycopg.OperationalError | psycopg.InterfaceError) and state[:2] in OUTAGES:
            raise Unavailable("database-unavailable", detail=state) from None
        raise HomewardError("internal", detail=state) from None
