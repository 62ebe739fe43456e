"""Work beside the work: every task that a program starts in the background, so that none ends without a word.

Whatever such a task raises is logged under its name, by its kind alone, and counted. One that goes on for
ever begins again after a pause that grows; readiness names it until it has kept up for a while.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from typing import Any, TypeVar

from prometheus_client import Counter

from discharge.errors import HomewardError

FIRST_PAUSE, LAST_PAUSE = 0.2, 10.0
CALM_SECONDS = 30.0
"""After so long without a failure a task is well again."""

FAILURES = Counter("homeward_task_failures", "Background tasks that ended by an exception", ["task"])
_log = logging.getLogger("homeward.background")
_T = TypeVar("_T")


def spawn(name: str, work: Coroutine[Any, Any, _T]) -> asyncio.Task[_T]:
    """Begin something that comes to an end by itself. Nobody need wait for it: an exception is seen here."""
    task = asyncio.create_task(work, name=name)
    task.add_done_callback(_look_at)
    return task


class Background:
    """Tasks of one program that go on until it stops."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()
        self._failed: dict[str, tuple[float, str]] = {}

    def start(self, name: str, work: Callable[[], Awaitable[None]]) -> asyncio.Task[None]:
        """Keep up work that raises nothing while all is well; it is over when it returns."""
        task = asyncio.create_task(self._keep_up(name, work), name=name)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    def failing(self) -> Mapping[str, str]:
        """Tasks that have failed lately, each with how."""
        now = asyncio.get_running_loop().time()
        return {name: how for name, (at, how) in self._failed.items() if now - at < CALM_SECONDS}

    async def stop(self) -> None:
        """End all of them."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)

    async def _keep_up(self, name: str, work: Callable[[], Awaitable[None]]) -> None:
        clock = asyncio.get_running_loop().time
        pause = FIRST_PAUSE
        while True:
            began = clock()
            try:
                return await work()
            except Exception as failure:
                self._failed[name] = (clock(), _note(name, failure))
            pause = FIRST_PAUSE if clock() - began > CALM_SECONDS else pause
            await asyncio.sleep(pause)
            pause = min(2 * pause, LAST_PAUSE)


def _look_at(task: asyncio.Task[Any]) -> None:
    failure = None if task.cancelled() else task.exception()
    if isinstance(failure, Exception):
        _note(task.get_name(), failure)


def _note(name: str, failure: Exception) -> str:
    """Log and count a failure; returns its code or kind. What it says may repeat somebody's data."""
    how = failure.code if isinstance(failure, HomewardError) else type(failure).__name__
    FAILURES.labels(name).inc()
    frame = failure.__traceback__
    while frame is not None and frame.tb_next is not None:
        frame = frame.tb_next
    place = f"{frame.tb_frame.f_code.co_filename}:{frame.tb_lineno}" if frame else "?"
    _log.error("task %s failed: %s at %s", name, how, place)
    return how
