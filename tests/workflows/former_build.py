"""The shape of workflows as an earlier build ran them: the same ids, types and messages; none ends.

Kept as it was, so that an upgrade meets what is really there: a case that holds a command, a strand of a type
of its own, a lane that waits.
"""

from __future__ import annotations

from typing import Any

from temporalio import workflow


class _Waits:
    async def for_ever(self) -> None:
        await workflow.wait_condition(lambda: False)


@workflow.defn(name="DischargeCase", sandboxed=False)
class FormerCase(_Waits):
    @workflow.run
    async def run(self, start: dict[str, Any]) -> None:
        await self.for_ever()

    @workflow.update(name="execute")
    async def execute(self, envelope: dict[str, Any]) -> dict[str, Any]:
        """It was decided in the workflow, and is not recorded yet."""
        await self.for_ever()
        return envelope

    @workflow.signal(name="tell")
    async def tell(self, envelope: dict[str, Any]) -> None:
        await self.for_ever()


@workflow.defn(name="AdaptationOrder", sandboxed=False)
class FormerStrand(_Waits):
    @workflow.run
    async def run(self, start: dict[str, Any]) -> None:
        await self.for_ever()

    @workflow.signal(name="progress")
    def progress(self, progress: dict[str, Any]) -> None:
        """Looks again."""


@workflow.defn(name="PartnerLane", sandboxed=False)
class FormerLane(_Waits):
    @workflow.run
    async def run(self, start: dict[str, Any]) -> None:
        await self.for_ever()

    @workflow.signal(name="work")
    def work(self, work: dict[str, Any]) -> None:
        """Looks again."""


WORKFLOWS = {"cases": (FormerCase, FormerStrand), "lanes": (FormerLane,)}
