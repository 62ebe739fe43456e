"""An order for an adaptation, such as a stairlift, from the order to the fitting."""

from __future__ import annotations

from temporalio import workflow

from workflows import ports
from workflows.strands.following import StrandFollower


@workflow.defn(name=ports.ADAPTATION_ORDER)
class AdaptationOrder(StrandFollower):
    """An adaptation is ordered: acknowledged, surveyed, approved, booked and fitted by its partner."""

    @workflow.init
    def __init__(self, start: ports.StrandStart) -> None:
        super().__init__(start)

    @workflow.run
    async def run(self, start: ports.StrandStart) -> None:  # noqa: ARG002 - kept by the initialiser
        """Watch the day it is due, until it is fitted or cancelled."""
        while (strand := await self.open_strand()) is not None:
            await self.report_what_is_due(strand)
            await self.until_something_changes(strand)
