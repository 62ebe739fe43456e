"""What lanes have done for them: a look at their head, and one attempt at delivering it."""

from __future__ import annotations

import logging
from datetime import UTC, datetime

from temporalio import activity

from discharge.store.engine import Sessions, transaction
from workflows import delivery, mllp_delivery, ports
from workflows.activities.heartbeat import heartbeat
from workflows.failures import coded
from workflows.store import lanes

MOST_FAULTS = 5
"""Tries that broke here, not at the partner, before a person is asked."""

_log = logging.getLogger("homeward.delivering")


class Delivering:
    """The activities of lanes."""

    def __init__(self, sessions: Sessions, ways: delivery.Ways) -> None:
        self._sessions = sessions
        self._ways = ways
        ways.links.on_late = mllp_delivery.noting(sessions)

    @activity.defn(name=ports.LANE_HEAD)
    async def lane_head(self, given: ports.LaneLook) -> ports.LaneHead:
        """Look at what stands at the head of a lane."""
        async with transaction(self._sessions) as session:
            return await lanes.head(session, given, datetime.now(UTC))

    @activity.defn(name=ports.ATTEMPT_DELIVERY)
    async def attempt_delivery(self, given: ports.Attempt) -> ports.AttemptOutcome:
        """Try once to deliver an item, however long the partner takes to answer."""
        async with heartbeat():
            try:
                return await delivery.attempt(self._sessions, self._ways, given)
            except Exception as failure:
                if activity.info().attempt < MOST_FAULTS or coded(failure).type != "internal":
                    raise
                _log.exception("outbox %s cannot be sent", given.sequence)
                return await delivery.give_up(self._sessions, given, "internal")
