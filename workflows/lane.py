"""One lane for each partner and case: it takes what must be told to the partner, one item after the other.

The outbox is the queue; this workflow only decides when to look and when to try. It goes on while its case
does: one that is told of an item has all that waits delivered in one activity. It ends once its case is
closed or nothing was to be told for long, and is started again by the next item. A refused item holds the
lane, because what follows may depend on it, until a person releases, replaces or skips it. A lane that waits,
for a person or for a partner that rests, does nothing until it is told; should the word be lost, the worker's
maintenance tells it again.
"""

from __future__ import annotations

import asyncio
from datetime import timedelta

from temporalio import workflow

from workflows import ports

QUIET = timedelta(days=28)
"""Case time for which a lane without work goes on at least, and twice that at most: a timer that is armed
anew for each item would cost more than the run that it saves.
"""


@workflow.defn(name=ports.LANE_WORKFLOW)
class PartnerLane:
    """Delivers in order, waits out a failing partner, and stands still at a refused item."""

    @workflow.init
    def __init__(self, start: ports.LaneStart) -> None:
        self._start = start
        self._woken = False
        self._decided = False
        self._busy = False
        self._quiet: asyncio.TimerHandle | None = None

    @workflow.signal(name=ports.WORK)
    def work(self, work: ports.LaneWork) -> None:
        """Something new waits, or somebody decided about what was refused."""
        self._woken = True
        self._decided = self._decided or work.cause == "decision"

    @workflow.run
    async def run(self, start: ports.LaneStart) -> None:
        """Have what waits delivered, and wait for more, until there will hardly be any."""
        if start.way < ports.LOCALLY_FIRST:
            return await self._step_by_step(start)
        turn = ports.LaneTurn(partner_id=start.partner_id, case_id=start.case_id, clock=start.clock)
        while True:
            self._woken = self._decided = False
            self._busy = True
            left = await ports.deliver_waiting(turn)
            if left.state == "empty" and not self._woken and (left.over or not await self._more_comes()):
                return None
            await self._get_past(left)
            if workflow.info().is_continue_as_new_suggested():
                workflow.continue_as_new(start.model_copy(update={"way": ports.WAY}))

    async def _more_comes(self) -> bool:
        """Wait for the next item; false once there was none for long."""
        while True:
            if self._quiet is None:
                self._busy = False
                self._quiet = asyncio.get_running_loop().call_later(self._quiet_seconds(), self._look_back)
            await workflow.wait_condition(lambda: self._woken or self._quiet is None)
            if self._woken or not self._busy:
                return self._woken

    def _quiet_seconds(self) -> float:
        now = ports.case_now(self._start.clock)
        return self._start.clock.real_delay(now, now + QUIET).total_seconds()

    def _look_back(self) -> None:
        self._quiet = None

    async def _get_past(self, left: ports.LaneLeft) -> None:
        """Wait out what is in the way."""
        if left.state == "again":
            await self._back_off(left.wait)
        elif left.state == "dead":
            await workflow.wait_condition(lambda: self._decided)
        elif left.state == "paused":
            await self._until_told()

    async def _step_by_step(self, start: ports.LaneStart) -> None:
        """As runs went on that began before lanes were served as a whole."""
        while True:
            self._woken = self._decided = False
            head = await ports.lane_head(ports.LaneLook(partner_id=start.partner_id, case_id=start.case_id))
            if head.state == "empty" and not self._woken:
                return
            await self._serve(head)
            if workflow.info().is_continue_as_new_suggested():
                workflow.continue_as_new(start.model_copy(update={"way": ports.WAY}))

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
