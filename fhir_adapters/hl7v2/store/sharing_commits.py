"""Group commit: messages that come in while a commit is under way share the next one.

A commit costs the same for one message as for fifty, and PostgreSQL answers each sender only after it. So what
arrives meanwhile waits for a moment and then goes together; every caller still waits until the commit of its own
message is done.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from uuid import UUID

from discharge.errors import Unavailable
from fhir_adapters.feeds.choosing import FeedDoor
from fhir_adapters.store.inbox import Named, Received

MOST_MESSAGES = 64
MOST_BYTES = 4 * 1024 * 1024
"""How much goes into one commit; a message that is larger goes alone."""
AT_ONCE = 2
"""Commits under way at the same time: while one waits for the disk, the next is being filled and sent."""

Commit = Callable[[FeedDoor, list[Named]], Awaitable[list[Received]]]


@dataclass(frozen=True, slots=True)
class _Waiting:
    door: FeedDoor
    message: Named
    answer: asyncio.Future[Received]


class SharedCommits:
    """Gathers messages and commits them in groups of one feed each, the longest waiting first."""

    def __init__(self, commit: Commit) -> None:
        self._commit = commit
        self._waiting: deque[_Waiting] = deque()
        self._workers: set[asyncio.Task[None]] = set()

    async def add(self, door: FeedDoor, message: Named) -> Received:
        """Return once the message is committed; raises what its commit raised."""
        waiting = _Waiting(door, message, asyncio.get_running_loop().create_future())
        self._waiting.append(waiting)
        if len(self._workers) < AT_ONCE:
            worker = asyncio.create_task(self._work())
            self._workers.add(worker)
            worker.add_done_callback(self._workers.discard)
        return await waiting.answer

    async def _work(self) -> None:
        """Commit until nothing waits."""
        while self._waiting:
            group = self._take()
            if await self._commit_together(group):
                continue
            for one in group:  # one message that cannot be stored must not cost the others
                await self._commit_together([one])

    async def _commit_together(self, group: list[_Waiting]) -> bool:
        """Whether the group is settled: committed, or the database is away, which splitting would not help."""
        try:
            received = await self._commit(group[0].door, [one.message for one in group])
        except Exception as failure:
            settled = len(group) == 1 or isinstance(failure, Unavailable)
            for one in group if settled else ():
                if not one.answer.done():
                    one.answer.set_exception(failure)
            return settled
        for one, answer in zip(group, received, strict=True):
            if not one.answer.done():  # whoever waited may be gone
                one.answer.set_result(answer)
        return True

    def _take(self) -> list[_Waiting]:
        """The next group; messages with the same id never go together, so that the second finds the first."""
        group: list[_Waiting] = []
        left: deque[_Waiting] = deque()
        ids: set[str] = set()
        size, feed_id = 0, self._waiting[0].door.feed_id
        for one in self._waiting:
            size += len(one.message.arrived.raw)
            fits = len(group) < MOST_MESSAGES and (size <= MOST_BYTES or not group)
            if fits and one.door.feed_id == feed_id and one.message.message_id not in ids:
                group.append(one)
                ids.add(one.message.message_id)
            else:
                left.append(one)
        self._waiting = left
        return group
