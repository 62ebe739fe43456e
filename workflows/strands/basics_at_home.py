"""The basics at home: somebody sees to them, visits, and every one is in place."""

from __future__ import annotations

from temporalio import workflow

from workflows import ports
from workflows.strands.following import StrandFollower


@workflow.defn(name=ports.BASICS_AT_HOME)
class BasicsAtHome(StrandFollower):
    """Heating, power, water, food and the first care visit are seen to before the person comes home."""

    @workflow.init
    def __init__(self, start: ports.StrandStart) -> None:
        super().__init__(start)

    @workflow.run
    async def run(self, start: ports.StrandStart) -> None:  # noqa: ARG002 - kept by the initialiser
        """Watch the day it is due, until it is all in place or cancelled."""
        while (strand := await self.open_strand()) is not None:
            await self.report_what_is_due(strand)
            await self.until_something_changes(strand)
