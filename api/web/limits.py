"""What one asker may take: how often, how many at once, how many words; so that nobody slows the others.

Token buckets in the memory of one process: two API processes together let through twice as much, and nothing
is asked of the database to refuse somebody. (The library `limits` was looked at: it counts windows and has no
bucket.) Times are machine time, in seconds.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from discharge.errors import HomewardError

MOST_WORDS = 12
"""Words of one search: a name has two or three, and each is looked for in several columns."""
MOST_TEXT = 500
MOST_KEYS = 20_000
TURN_SECONDS = 10.0
"""How long a request waits for its turn: nobody waits for one slow answer after the other."""


@dataclass(frozen=True)
class Rate:
    """How many requests go on: `per_second` for ever, and `burst` at once."""

    per_second: float
    burst: float


class Buckets:
    """One bucket for each asker, full at first; a request takes one token out."""

    def __init__(self, rate: Rate, now: Callable[[], float] = time.monotonic) -> None:
        self._rate = rate
        self._now = now
        self._left: dict[str, tuple[float, float]] = {}

    def take(self, key: str) -> None:
        """Take one token of `key`. Raises too-many-requests when there is none."""
        now = self._now()
        left = self._filled(key, now)
        if left < 1:
            raise HomewardError("too-many-requests")
        if key not in self._left and len(self._left) >= MOST_KEYS:
            self._forget_full(now)
        self._left[key] = (left - 1, now)

    def __len__(self) -> int:
        """Askers whose bucket is remembered."""
        return len(self._left)

    def _filled(self, key: str, now: float) -> float:
        left, since = self._left.get(key, (self._rate.burst, now))
        return min(self._rate.burst, left + (now - since) * self._rate.per_second)

    def _forget_full(self, now: float) -> None:
        """A full bucket is as good as none; where all are in use, all are forgotten: memory is not filled."""
        used = {key: value for key, value in self._left.items() if self._filled(key, now) < self._rate.burst}
        self._left = used if len(used) < MOST_KEYS else {}


class Turns:
    """At most so many requests of one asker at the same time; the others wait their turn."""

    def __init__(self, at_once: int) -> None:
        self._at_once = at_once
        self._using: dict[str, tuple[asyncio.Semaphore, int]] = {}

    def __len__(self) -> int:
        """Askers of whom a request is being answered."""
        return len(self._using)

    @asynccontextmanager
    async def turn(self, key: str) -> AsyncIterator[None]:
        """Wait until fewer than the allowed number of requests of `key` are being answered.

        Raises too-many-requests when that takes too long.
        """
        semaphore, users = self._using.get(key, (asyncio.Semaphore(self._at_once), 0))
        self._using[key] = (semaphore, users + 1)
        try:
            await _acquire(semaphore)
            try:
                yield
            finally:
                semaphore.release()
        finally:
            semaphore, users = self._using[key]
            if users == 1:
                del self._using[key]
            else:
                self._using[key] = (semaphore, users - 1)


async def _acquire(semaphore: asyncio.Semaphore) -> None:
    try:
        async with asyncio.timeout(TURN_SECONDS):
            await semaphore.acquire()
    except TimeoutError:
        raise HomewardError("too-many-requests", detail="they are answered too slowly") from None


def search_words(text: str, where: str = "text") -> list[str]:
    """The words that somebody looks for. Raises limits for more than a name can have."""
    words = text.replace(",", " ").split() if len(text) <= MOST_TEXT else []
    if len(text) > MOST_TEXT or len(words) > MOST_WORDS:
        raise HomewardError("limits", detail=f"at most {MOST_WORDS} words", where=where)
    return words
