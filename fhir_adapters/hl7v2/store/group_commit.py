"""Group commit: messages that come in while a commit is under way share the next one, which is one statement,
one round trip, on a connection that is kept for the one after.

A commit costs nearly the same for one message as for fifty, and each sender is answered only after it. So
what arrives meanwhile goes together, as soon as a commit at hand is done: nobody ever waits for a timer, and
a message that comes alone is committed at once. Every caller waits for the commit of its own message.

A group that fails is taken apart, so that a message that cannot be stored costs nobody else anything. Only
when the database is away does everyone who waits hear so: their senders keep the messages and try again.

The statement goes to PostgreSQL through psycopg itself, which commits it as it ends: what SQLAlchemy does
around each statement would cost several times what the messages do.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from uuid import UUID

import psycopg
from sqlalchemy.ext.asyncio import AsyncEngine

from discharge.errors import HomewardError, Unavailable
from discharge.store.driver import NoAnswer, connect
from discharge.store.engine import NO_ANSWER, OUTAGES, driver_settings, is_busy, times_of
from fhir_adapters.background import spawn
from fhir_adapters.hl7v2.receive.directory import FeedDoor
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


AT_ONCE = 2
"""Commits of one feed under way at the same time: while one is written, the next is being sent."""
FEW = 4
"""Messages under way from which no further commit begins: what comes meanwhile shares the next."""
MOST_MESSAGES = 64
MOST_BYTES = 4 * 1024 * 1024
"""How much goes into one commit; a message that is larger goes alone."""

Commit = Callable[[FeedDoor, list[Named]], Awaitable[list[Received]]]
"""Commits messages of a feed, no two with the same id, all or none. Raises Unavailable, or another error."""


class _Waiting(NamedTuple):
    message: Named
    answer: asyncio.Future[Received]

    def succeed(self, received: Received) -> None:
        if not self.answer.done():  # whoever waited may be gone
            self.answer.set_result(received)

    def fail(self, failure: Exception) -> None:
        if not self.answer.done():
            self.answer.set_exception(failure)


@dataclass(slots=True)
class _Queue:
    """What waits for a commit in one feed, how many work on it, and how many messages they are committing."""

    waiting: list[_Waiting] = field(default_factory=list)
    workers: int = 0
    committing: int = 0

    @property
    def has_room(self) -> bool:
        """Whether one more may begin a commit beside those under way."""
        return self.workers < AT_ONCE and (not self.workers or self.committing < FEW)


class SharedCommits:
    """Gathers messages feed by feed; no feed waits for another's commits."""

    def __init__(self, commit: Commit) -> None:
        self._commit = commit
        self._queues: dict[UUID, _Queue] = {}
        self._workers: set[asyncio.Task[None]] = set()

    async def add(self, door: FeedDoor, message: Named, due: float) -> Received:
        """Return once the message is committed; raises what its commit raised, or TimeoutError when it is not
        by ``due`` on the loop's clock: it may be yet.
        """
        loop = asyncio.get_running_loop()
        waiting = _Waiting(message, loop.create_future())
        patience = loop.call_at(due, waiting.fail, TimeoutError())
        queue = self._queues.setdefault(door.feed_id, _Queue())
        queue.waiting.append(waiting)
        if queue.has_room:
            queue.workers += 1
            worker = spawn("shared commits", self._work(door, queue))
            self._workers.add(worker)
            worker.add_done_callback(self._workers.discard)
        try:
            return await waiting.answer
        finally:
            patience.cancel()

    async def _work(self, door: FeedDoor, queue: _Queue) -> None:
        """Commit until nothing of the feed waits, or another has so much in hand that it had better take the
        rest together.

        Between the last look at what waits and the note that nobody works on it nothing is awaited: what is
        added later starts a worker.
        """
        try:
            while queue.waiting and (queue.workers == 1 or queue.committing < FEW):
                group = _next_group(queue.waiting)
                queue.committing += len(group)
                try:
                    await self._settle(door, group)
                except Unavailable as away:
                    for one in (*group, *queue.waiting):
                        one.fail(away)
                    queue.waiting.clear()
                finally:
                    queue.committing -= len(group)
        finally:
            queue.workers -= 1

    async def _settle(self, door: FeedDoor, group: list[_Waiting]) -> None:
        """Commit a group; should that fail, each of its messages by itself, in order. Raises Unavailable."""
        try:
            received = await self._commit(door, [one.message for one in group])
            answers = list(zip(group, received, strict=True))
        except Unavailable:
            raise
        except Exception as failure:
            if len(group) == 1:
                group[0].fail(failure)
            else:
                for one in group:
                    await self._settle(door, [one])
        else:
            for one, answer in answers:
                one.succeed(answer)


def _next_group(queue: list[_Waiting]) -> list[_Waiting]:
    """Take from the queue what goes together; of messages with the same id the second must find the first."""
    group: dict[str, _Waiting] = {}
    size = 0
    for one in queue:
        size += len(one.message.arrived.raw)
        fits = len(group) < MOST_MESSAGES and size <= MOST_BYTES
        if not group or (fits and one.message.message_id not in group):
            group[one.message.message_id] = one
    taken = list(group.values())
    queue[:] = [one for one in queue if group.get(one.message.message_id) is not one]
    return taken
