"""What lanes have done for them: a look at their head, and one attempt at delivering it."""

from __future__ import annotations

from datetime import UTC, datetime

import httpx
from temporalio import activity

from discharge.store.engine import Sessions, transaction
from workflows import delivery, ports
from workflows.store import lanes


class Delivering:
    """The activities of lanes."""

    def __init__(self, sessions: Sessions, http: httpx.AsyncClient) -> None:
        self._sessions = sessions
        self._http = http

    @activity.defn(name=ports.LANE_HEAD)
    async def lane_head(self, given: ports.LaneLook) -> ports.LaneHead:
        """Look at what stands at the head of a lane."""
        async with transaction(self._sessions) as session:
            return await lanes.head(session, given, datetime.now(UTC))

    @activity.defn(name=ports.ATTEMPT_DELIVERY)
    async def attempt_delivery(self, given: ports.Attempt) -> ports.AttemptOutcome:
        """Try once to deliver an item."""
        return await delivery.attempt(self._sessions, self._http, given)
