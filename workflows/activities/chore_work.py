"""What rounds of chores have done for them: the chore's step while there is more, and a sign of life."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from time import monotonic

from temporalio import activity

from discharge.store.engine import transaction
from workflows import ports
from workflows.activities.heartbeat import heartbeat
from workflows.loops import STEPS
from workflows.schedules import CHORES, Given
from workflows.store import heartbeats

LONGEST = ports.ROUND_WITHIN / 2
"""A round that has more to do after so long leaves it to the next one."""


class ChoreWork:
    """The activity of rounds; each chore is made once in a worker, and may remember what it saw."""

    def __init__(self, given: Given) -> None:
        self._sessions = given.sessions
        self._steps = {name: chore.step(given) for name, chore in CHORES.items()}

    @activity.defn(name=ports.DO_CHORE)
    async def do_chore(self, given: ports.Chore) -> None:
        """Do one round. A name that is not known is another build's, whose worker takes the next try."""
        chore, step = CHORES[given.name], self._steps[given.name]
        async with heartbeat():
            await _while_busy(given.name, step)
        async with transaction(self._sessions) as session:
            await heartbeats.heard(session, chore.name, chore.late_after)


async def _while_busy(name: str, step: Callable[[], Awaitable[bool]]) -> None:
    began, busy = monotonic(), True
    while busy and monotonic() - began < LONGEST.total_seconds():
        busy = await step()
        STEPS.labels(name, "busy" if busy else "idle").inc()
