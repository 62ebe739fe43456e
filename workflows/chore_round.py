"""One round of a chore, started by its schedule: once for the cluster, however many workers there are."""

from __future__ import annotations

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from workflows import ports


@workflow.defn(name=ports.CHORE_WORKFLOW)
class ChoreRound:
    """Has one worker do it; the next round comes by itself, so one that fails is not tried for ever."""

    @workflow.run
    async def run(self, chore: ports.Chore) -> None:
        """Do what is due now."""
        await ports.do_chore(chore)
