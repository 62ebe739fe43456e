"""One lane for each partner and case: it takes what must be told to the partner, one item after the other.

The outbox is the queue; this workflow only decides when to look and when to try. It ends when nothing waits
and is started again by the next item. A refused item holds the lane, because what follows may depend on it,
until a person releases, replaces or skips it. A lane that waits, for a person or for a partner that rests,
does nothing until it is told; should the word be lost, the worker's maintenance tells it again.
"""

from __future__ import annotations

from datetime import timedelta

from temporalio import workflow

from workflows import ports


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
            await workflow.wait_condition(lambda: self._decided)
        elif head.state == "paused":
            await self._until_told()

    async def _deliver(self, sequence: int) -> None:
        attempt = ports.Attempt(sequence=sequence, clock=self._start.clock)
        outcome = await ports.attempt_delivery(attempt)
        if outcome.outcome == "again":
            await self._back_off(outcome.wait)
        elif outcome.outcome == "paused":
            await self._until_told()

    async def _until_told(self) -> None:
        """A partner that rests is left alone, however long; each signal is a reason to look once."""
        await workflow.wait_condition(lambda: self._woken)

    async def _back_off(self, at_most: timedelta) -> None:
        """Wait; a new item does not shorten a back-off, a person's decision does."""
        try:
            await workflow.wait_condition(lambda: self._decided, timeout=at_most)
        except TimeoutError:
            workflow.logger.debug("lane looks again")
