"""Loops that never die silently: a step that fails is logged by its code, waited out, and tried again."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta

import prometheus_client
from temporalio.service import RPCError

from discharge.errors import HomewardError
from fhir_adapters.background import spawn
from workflows.failures import coded

FIRST_PAUSE, LAST_PAUSE = 0.2, 10.0
SWEEP = timedelta(seconds=5)
"""How long a loop rests that is called when there is work; a notice that was lost costs so much."""

FAILS_AFTER = 3
"""Failures in a row after which a task is said to fail."""

STEPS = prometheus_client.Counter(
    "homeward_worker_steps",
    "Steps of background tasks, by whether there was something to do",
    ["task", "outcome"],
)
_log = logging.getLogger("homeward.loops")


@dataclass(frozen=True)
class Bells:
    """Rung by whoever leaves work for a loop: in this process, or in another that PostgreSQL tells us of.

    While such notices are ``heard``, a loop that one of them calls looks by itself only now and then.
    """

    relay: asyncio.Event = field(default_factory=asyncio.Event)
    join: asyncio.Event = field(default_factory=asyncio.Event)
    drain: asyncio.Event = field(default_factory=asyncio.Event)
    decisions: asyncio.Event = field(default_factory=asyncio.Event)
    replays: asyncio.Event = field(default_factory=asyncio.Event)
    confirmations: asyncio.Event = field(default_factory=asyncio.Event)
    heard: asyncio.Event = field(default_factory=asyncio.Event)

    def ring(self, loop: str) -> None:
        """Call a loop by its name; a name that another build uses calls nobody."""
        called = {
            "relay": self.relay,
            "drain": self.drain,
            "who-is-who": self.decisions,
            "replays": self.replays,
            "confirmations": self.confirmations,
        }
        if loop in called:
            called[loop].set()

    def rarely(self, usual: timedelta) -> Callable[[], timedelta]:
        """How long a loop rests that notices call, and ``usual`` while none can be heard."""
        return lambda: max(usual, SWEEP) if self.heard.is_set() else usual


@dataclass
class Tasks:
    """Which background tasks of this process fail, and why; once or twice may pass."""

    _in_a_row: Counter[str] = field(default_factory=Counter)
    _why: dict[str, str] = field(default_factory=dict)

    def well(self, name: str) -> None:
        """A task did what it is for."""
        self._in_a_row[name] = 0

    def failed(self, name: str, why: str) -> None:
        """A task failed, and will try again."""
        self._in_a_row[name] += 1
        self._why[name] = why

    def failing(self) -> dict[str, str]:
        """Each task that goes on failing, with why it did last."""
        return {name: self._why[name] for name, times in self._in_a_row.items() if times >= FAILS_AFTER}


@dataclass(frozen=True)
class Loop:
    """A step to repeat: it says whether there was something to do.

    When not, the loop rests ``idle``, or until its ``bell`` is rung.
    """

    name: str
    step: Callable[[], Awaitable[bool]]
    idle: timedelta | Callable[[], timedelta]
    beat: Callable[[str], Awaitable[None]]
    bell: asyncio.Event | None = None

    @property
    def rest_seconds(self) -> float:
        """How long it rests now."""
        return (self.idle if isinstance(self.idle, timedelta) else self.idle()).total_seconds()


async def repeat(loop: Loop, stop: asyncio.Event, tasks: Tasks | None = None) -> None:
    """Run a loop until stopped; what it needs may be away for as long as it likes. ``tasks`` hears how
    it fares.
    """
    tasks = tasks or Tasks()
    pause = FIRST_PAUSE
    while not stop.is_set():
        if loop.bell:
            loop.bell.clear()
        try:
            busy = await loop.step()
            await loop.beat(loop.name)
        except Exception as failure:
            why = spoken(failure)
            _log.warning("%s waits %.1f s: %s", loop.name, pause, why)
            tasks.failed(loop.name, why)
            STEPS.labels(loop.name, "failed").inc()
            await rest(stop, pause)
            pause = min(pause * 2, LAST_PAUSE)
            continue
        pause = FIRST_PAUSE
        tasks.well(loop.name)
        STEPS.labels(loop.name, "busy" if busy else "idle").inc()
        if not busy:
            await rest(stop, loop.rest_seconds, loop.bell)


def spoken(failure: Exception) -> str:
    """Say a failure as its code; one that has none yet is given one, and a reference."""
    if isinstance(failure, RPCError):
        return f"workflow-unavailable ({failure.status.name.lower()})"
    return str(failure) if isinstance(failure, HomewardError) else coded(failure).message


async def rest(stop: asyncio.Event, seconds: float, bell: asyncio.Event | None = None) -> None:
    """Wait, but not longer than until stopped or called by the bell."""
    calls = [spawn("rest", event.wait()) for event in (stop, bell) if event]
    try:
        await asyncio.wait(calls, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for call in calls:
            call.cancel()
