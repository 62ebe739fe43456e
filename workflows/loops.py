"""Loops that never die silently: a step that fails is logged by its code, waited out, and tried again."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta

from temporalio.service import RPCError

from discharge.errors import HomewardError
from workflows.failures import coded

FIRST_PAUSE, LAST_PAUSE = 0.2, 10.0
_log = logging.getLogger("homeward.loops")


@dataclass(frozen=True)
class Loop:
    """A step to repeat: it says whether there was something to do; when not, the loop rests ``idle``."""

    name: str
    step: Callable[[], Awaitable[bool]]
    idle: timedelta
    beat: Callable[[str], Awaitable[None]]


async def repeat(loop: Loop, stop: asyncio.Event) -> None:
    """Run a loop until told to stop; what it needs may be away for as long as it likes."""
    pause = FIRST_PAUSE
    while not stop.is_set():
        try:
            busy = await loop.step()
            await loop.beat(loop.name)
        except Exception as failure:
            _log.warning("%s waits %.1f s: %s", loop.name, pause, spoken(failure))
            await rest(stop, pause)
            pause = min(pause * 2, LAST_PAUSE)
            continue
        pause = FIRST_PAUSE
        if not busy:
            await rest(stop, loop.idle.total_seconds())


def spoken(failure: Exception) -> str:
    """Say a failure as its code; one that has none yet is given one, and a reference."""
    if isinstance(failure, RPCError):
        return f"workflow-unavailable ({failure.status.name.lower()})"
    return str(failure) if isinstance(failure, HomewardError) else coded(failure).message


async def rest(stop: asyncio.Event, seconds: float) -> None:
    """Wait, but not longer than until told to stop."""
    try:
        async with asyncio.timeout(seconds):
            await stop.wait()
    except TimeoutError:
        return
