"""Runs that began under an earlier build end, and begin again from the record under the same ids.

A build whose workflows cannot go on with the histories of the one before works on task queues of its own, so
that neither is ever handed what only the other understands. Whatever still runs on the queues of before is
ended here and, where the record says that it has something to do, started on today's in the same call. A run
holds nothing that the record does not: clocks are armed again from absolute dates, a command in flight is
still taken, a signal that was accepted and never answered is told again, and a strand repeats its report.
"""

from __future__ import annotations

import asyncio
import logging
import re
from uuid import UUID

from temporalio.client import Client
from temporalio.common import WorkflowIDConflictPolicy
from temporalio.service import RPCError, RPCStatusCode

from discharge.clocks import CaseClock
from discharge.store.engine import Sessions, transaction
from workflows import client as cases
from workflows import ports
from workflows.store import expected_workflows

AT_ONCE = 16
REASON = "begun under an earlier build; the record goes on"
_QUEUES = ", ".join(f"'{queue}'" for queue in ports.FORMER_QUEUES)
_FORMER = f"ExecutionStatus = 'Running' AND TaskQueue IN ({_QUEUES})"
_STRAND = re.compile(r"case/([0-9a-f-]{36})/strand/(.+)")
_CASE = re.compile(r"case/([0-9a-f-]{36})")
_LANE = re.compile(r"lane/([0-9a-f-]{36})/([0-9a-f-]{36})")
_ENDING = WorkflowIDConflictPolicy.TERMINATE_EXISTING
_log = logging.getLogger("homeward.former_runs")


class FormerRuns:
    """Those that Temporal lists on the queues of earlier builds."""

    def __init__(self, sessions: Sessions, client: Client, clock: CaseClock) -> None:
        self._sessions = sessions
        self._client = client
        self._clock = clock

    async def once(self) -> bool:
        """Have all of them begin anew; never busy, so that it rests between two looks."""
        found = [run.id async for run in self._client.list_workflows(_FORMER, page_size=1000)]
        gate = asyncio.Semaphore(AT_ONCE)

        async def one(workflow_id: str) -> None:
            async with gate:
                await self._begin_anew(workflow_id)

        await asyncio.gather(*(one(workflow_id) for workflow_id in found))
        if found:
            _log.warning("%d runs of an earlier build ended, and go on from the record", len(found))
        return False

    async def _begin_anew(self, workflow_id: str) -> None:
        if found := _STRAND.fullmatch(workflow_id):
            await self._strand(UUID(found[1]), found[2])
        elif found := _CASE.fullmatch(workflow_id):
            await self._case(UUID(found[1]))
        elif found := _LANE.fullmatch(workflow_id):
            await self._lane(UUID(found[1]), UUID(found[2]))

    async def _case(self, case_id: UUID) -> None:
        async with transaction(self._sessions) as session:
            still = await expected_workflows.is_open(session, case_id)
        if still:
            await cases.ensure_case(self._client, self._clock, case_id, _ENDING)
        else:
            await self._end(ports.case_workflow_id(case_id))

    async def _strand(self, case_id: UUID, key: str) -> None:
        async with transaction(self._sessions) as session:
            still = await expected_workflows.strand_is_open(session, case_id, key)
        if still:
            await cases.ensure_strand(self._client, self._clock, case_id, key, _ENDING)
        else:
            await self._end(ports.strand_workflow_id(case_id, key))

    async def _lane(self, partner_id: UUID, case_id: UUID) -> None:
        """The relay starts it anew for what waits; what is being delivered has the same key the next time."""
        await self._end(ports.lane_workflow_id(partner_id, case_id))
        async with transaction(self._sessions) as session:
            await expected_workflows.tell_again(session, [(partner_id, case_id)])

    async def _end(self, workflow_id: str) -> None:
        try:
            await self._client.get_workflow_handle(workflow_id).terminate(reason=REASON)
        except RPCError as failure:
            if failure.status is not RPCStatusCode.NOT_FOUND:  # it ended by itself meanwhile
                raise
