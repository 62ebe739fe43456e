"""One part of the embedded stack, as the supervisor sees it."""

from __future__ import annotations

import signal
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from deploy.embedded.processes import SystemUser


async def nothing() -> None:
    """For a part that needs no preparation."""


@dataclass(frozen=True)
class Part:
    """A program that is started, asked whether it is ready, watched, and stopped.

    `before` runs before each start, also after a crash; `after` once it answers for the first time.
    `finishes` marks a part that may end well by itself and is then not started again.
    """

    name: str
    title: str
    command: list[str]
    ready: Callable[[], Awaitable[bool]]
    environment: Mapping[str, str] = field(default_factory=dict)
    user: SystemUser | None = None
    before: Callable[[], Awaitable[None]] = nothing
    after: Callable[[], Awaitable[None]] = nothing
    start_seconds: float = 180
    stop_signal: signal.Signals = signal.SIGTERM
    stop_seconds: float = 10
    dies_with_us: bool = True
    finishes: bool = False
