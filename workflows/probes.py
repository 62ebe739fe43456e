"""Partners that rest are probed: when one may be tried again, one lane that waits for it is told to look.

The first success ends the pause, and then every lane is told.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from time import monotonic
from uuid import UUID

from temporalio.client import Client

from discharge.clocks import CaseClock
from discharge.store.engine import Sessions, transaction
from workflows import client as cases
from workflows import ports
from workflows.store import partners

EVERY = timedelta(seconds=5)
PATIENCE = timedelta(seconds=10)
"""How long a lane that was told has to begin; then the one that has waited longest by then is told."""


class Probes:
    """Tells one lane of each partner whose rest is over."""

    def __init__(self, sessions: Sessions, client: Client, clock: CaseClock) -> None:
        self._sessions = sessions
        self._client = client
        self._clock = clock
        self._told: dict[UUID, float] = {}

    async def once(self) -> bool:
        """Tell lanes to probe; never busy, so that it rests between two looks."""
        async with transaction(self._sessions) as session:
            due = await partners.due_probes(session, datetime.now(UTC))
        for partner_id, case_id in due:
            if monotonic() - self._told.get(partner_id, -PATIENCE.total_seconds()) < PATIENCE.total_seconds():
                continue
            again = ports.LaneWork(cause="restart")
            await cases.wake_lane(self._client, self._clock, partner_id, case_id, again)
            self._told[partner_id] = monotonic()
        return False
