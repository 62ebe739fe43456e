"""The least that a durable command can cost: an update of a workflow that runs one activity, which does
nothing.

Run as `python -m deploy.bench.bare_update`: a worker of its own on the Temporal of
`HOMEWARD_TEMPORAL_ADDRESS`.
"""

from __future__ import annotations

import asyncio
from datetime import timedelta

from temporalio import activity, workflow
from temporalio.client import Client
from temporalio.worker import Worker

QUEUE = "bench"
WITHIN = timedelta(seconds=10)


@activity.defn
async def nothing(number: int) -> int:
    """Give back what was given."""
    return number


@workflow.defn
class BareUpdate:
    """Waits for updates until Temporal itself is stopped."""

    @workflow.run
    async def run(self) -> None:
        """Wait for ever."""
        await workflow.wait_condition(lambda: False)

    @workflow.update
    async def ask(self, number: int) -> int:
        """Have the activity give back a number."""
        return await workflow.execute_activity(nothing, number, start_to_close_timeout=WITHIN)


async def serve(address: str) -> None:
    """Work until stopped."""
    client = await Client.connect(address)
    await Worker(client, task_queue=QUEUE, workflows=[BareUpdate], activities=[nothing]).run()


if __name__ == "__main__":
    from deploy.settings import Settings

    asyncio.run(serve(Settings().need("temporal_address")))
