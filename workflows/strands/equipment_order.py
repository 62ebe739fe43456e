"""An order for equipment, such as a hospital bed, from the order to its use."""

from __future__ import annotations

from temporalio import workflow

from workflows import ports
from workflows.strands.following import StrandFollower


@workflow.defn(name=ports.EQUIPMENT_ORDER)
class EquipmentOrder(StrandFollower):
    """Equipment is ordered: acknowledged, on its way, delivered and in place."""

    @workflow.init
    def __init__(self, start: ports.StrandStart) -> None:
        super().__init__(start)

    @workflow.run
    async def run(self, start: ports.StrandStart) -> None:  # noqa: ARG002 - kept by the initialiser
        """Watch the day it is due, until it is in place or cancelled."""
        while (strand := await self.open_strand()) is not None:
            await self.report_what_is_due(strand)
            await self.until_something_changes(strand)
