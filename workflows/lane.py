"""One lane for each partner and case: it takes what must be told to the partner, one item after the other.

The outbox is the queue; this workflow only decides when to look and when to try. It ends when nothing waits
and is started again by the next item. A refused item holds the lane, because what follows may depend on it,
until a person releases, replaces or skips it.
"""

from __future__ import annotations

from datetime import timedelta

from temporalio import workflow

from workflows import ports

_LOOK_AGAIN = timedelta(hours=1)
"""A held lane looks by itself now and then, should the signal of a decision be lost."""


@workflow.defn(name=ports.LANE_WORKFLOW)
class PartnerLane:
    """Delivers in order, waits out a failing partner, and stands still at a refused item."""

    @workflow.init
    def __init__(self, start: ports.LaneStart) -> None:
        self._start = start
        self._woken = False
        self._decided = False

    @workflow.signal(name=ports.WORK)
    def work(self, work: ports.LaneWork) -> None:
        """Something new waits, or somebody decided about what was refused."""
        self._woken = True
        self._decided = self._decided or work.cause == "decision"

    @workflow.run
    async def run(self, start: ports.LaneStart) -> None:
        """Look at the head of the lane and do what it asks for, until nothing waits."""
        while True:
            self._woken = self._decided = False
            head = await ports.lane_head(ports.LaneLook(partner_id=start.partner_id, case_id=start.case_id))
            if head.state == "empty" and not self._woken:
                return
            await self._serve(head)
            if workflow.info().is_continue_as_new_suggested():
                workflow.continue_as_new(start)

    async def _serve(self, head: ports.LaneHead) -> None:
        if head.state == "item" and head.sequence is not None:
            await self._deliver(head.sequence)
        elif head.state == "dead":
            await self._until_decided(_LOOK_AGAIN)
        elif head.state == "paused":
            await self._until_decided(head.wait or _LOOK_AGAIN)

    async def _deliver(self, sequence: int) -> None:
        attempt = ports.Attempt(sequence=sequence, clock=self._start.clock)
        outcome = await ports.attempt_delivery(attempt)
        if outcome.outcome == "again":
            await self._until_decided(outcome.wait)

    async def _until_decided(self, at_most: timedelta) -> None:
        """Wait; a new item does not shorten a back-off, a person's decision does."""
        try:
            await workflow.wait_condition(lambda: self._decided, timeout=at_most)
        except TimeoutError:
            workflow.logger.debug("lane looks again")
