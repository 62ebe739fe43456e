"""Group commit: messages that come in while a commit is under way share the next one.

A commit costs nearly the same for one message as for fifty, and each sender is answered only after it. So
what arrives meanwhile goes together, as soon as a commit at hand is done: nobody ever waits for a timer, and
a message that comes alone is committed at once. Every caller waits for the commit of its own message.

A group that fails is taken apart, so that a message that cannot be stored costs nobody else anything. Only
when the database is away does everyone who waits hear so: their senders keep the messages and try again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import NamedTuple
from uuid import UUID

from discharge.errors import Unavailable
from fhir_adapters.background import spawn
from fhir_adapters.feeds.feed_choice import FeedDoor
from fhir_adapters.store.inbox import Named, Received

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
