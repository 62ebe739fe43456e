"""What lanes have done for them: a look at their head, and one attempt at delivering it."""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from time import monotonic

from temporalio import activity

from discharge.store.engine import Sessions, transaction
from workflows import delivery, mllp_delivery, ports
from workflows.activities.heartbeat import heartbeat
from workflows.failures import coded
from workflows.store import lanes

MOST_FAULTS = 5
"""Tries that broke here, not at the partner, before a person is asked."""

TURN_SECONDS = 30.0
"""A lane that has more after so long goes on in another activity."""

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

    @activity.defn(name=ports.DELIVER_WAITING)
    async def deliver_waiting(self, given: ports.LaneTurn) -> ports.LaneLeft:
        """Deliver what waits in a lane, in order. Each item is marked before it is sent and noted before the
        next one is, so that a worker that dies repeats one at most, under its key.
        """
        until, delivered = monotonic() + TURN_SECONDS, 0
        async with heartbeat():
            item = await self._begin(given)
            while isinstance(item, delivery.Leaving):
                try:
                    after = await self._deliver(given, item, until)
                except Exception as failure:
                    if delivered:  # what breaks is tried again, and counted, as the first of another turn
                        _log.warning(
                            "outbox %s waits for another turn: %s", item.sequence, coded(failure).type
                        )
                        return ports.LaneLeft(state="more")
                    return await self._broken_first(given, item.sequence, failure)
                item, delivered = after, delivered + 1
        return item

    async def _begin(self, given: ports.LaneTurn) -> delivery.Leaving | ports.LaneLeft:
        try:
            return await delivery.begin(self._sessions, self._ways, given)
        except Exception as failure:
            async with transaction(self._sessions) as session:
                item = await lanes.next_in_turn(session, given, datetime.now(UTC))
            if isinstance(item, ports.LaneLeft):
                return item
            return await self._broken_first(given, item.sequence, failure)

    async def _deliver(
        self, given: ports.LaneTurn, item: delivery.Leaving, until: float
    ) -> delivery.Leaving | ports.LaneLeft:
        verdict = await item.send()
        if monotonic() > until:
            return await delivery.end_turn(self._sessions, item, verdict)
        return await delivery.go_on(self._sessions, self._ways, given, item, verdict)

    async def _broken_first(self, given: ports.LaneTurn, sequence: int, failure: Exception) -> ports.LaneLeft:
        attempt = ports.Attempt(sequence=sequence, clock=given.clock)
        outcome = await self._broken(attempt, failure)
        return delivery.in_the_way(outcome) or ports.LaneLeft(state="more")

    @activity.defn(name=ports.ATTEMPT_DELIVERY)
    async def attempt_delivery(self, given: ports.Attempt) -> ports.AttemptOutcome:
        """Try once to deliver an item, however long the partner takes to answer."""
        async with heartbeat():
            try:
                return await delivery.attempt(self._sessions, self._ways, given)
            except Exception as failure:
                return await self._broken(given, failure)

    async def _broken(self, given: ports.Attempt, failure: Exception) -> ports.AttemptOutcome:
        """Try on; an item that breaks us time and again is for a person."""
        if activity.info().attempt < MOST_FAULTS or coded(failure).type != "internal":
            raise failure
        _log.error("outbox %s cannot be sent", given.sequence, exc_info=failure)
        return await delivery.give_up(self._sessions, given, "internal")
