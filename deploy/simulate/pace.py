"""Case time for the simulation: when to send the next thing, and how long to wait for a server that is
away.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from discharge.clocks import CaseClock

BACK_OFF_SECONDS = (0.2, 0.5, 1.0, 2.0, 3.0)


def wall_now() -> datetime:
    """The machine's time in UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class Pace:
    """The start of the simulation in case time, on a clock."""

    clock: CaseClock
    start: datetime
    now: Callable[[], datetime] = wall_now

    def instant(self, offset: timedelta) -> datetime:
        """The instant of case time (UTC) at an offset from the start."""
        return self.start + offset

    def case_now(self) -> datetime:
        """Case time now."""
        return self.clock.case_time(self.now())

    async def until(self, offset: timedelta) -> None:
        """Wait until case time has reached an offset; what is past is not waited for."""
        wait = self.clock.wall_time(self.instant(offset)) - self.now()
        if wait > timedelta(0):
            await asyncio.sleep(wait.total_seconds())


async def attempts() -> AsyncIterator[int]:
    """1, 2, 3 and so on, with a pause before each but the first; it never gives up."""
    number = 1
    while True:
        yield number
        await asyncio.sleep(BACK_OFF_SECONDS[min(number, len(BACK_OFF_SECONDS)) - 1])
        number += 1
