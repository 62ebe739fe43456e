"""Keeps Temporal in step with the record: what is open there and not running here is started again.

Every workflow begins by loading the record and arming its clocks from absolute dates, so a start is all that
a restored or replaced Temporal needs.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Iterable
from datetime import UTC, datetime, timedelta

from temporalio.client import Client

from discharge.cases.model import StrandKind
from discharge.clocks import CaseClock
from discharge.store.engine import Sessions, transaction
from workflows import client as cases
from workflows import ports
from workflows.store import running

EVERY = timedelta(seconds=60)
SETTLED = timedelta(seconds=60)
"""A lane that was told less than this ago may simply not have got there yet."""

AT_ONCE = 16
_RUNNING = "ExecutionStatus = 'Running'"
_log = logging.getLogger("homeward.maintenance")


class Maintenance:
    """Compares what should run with what does."""

    def __init__(self, sessions: Sessions, client: Client, clock: CaseClock) -> None:
        self._sessions = sessions
        self._client = client
        self._clock = clock

    async def once(self) -> bool:
        """Start what is missing; never busy, so that it rests between two looks."""
        async with transaction(self._sessions) as session:
            case_ids = await running.open_cases(session)
            strands = await running.open_strands(session)
            lanes = await running.waiting_lanes(session, datetime.now(UTC) - SETTLED)
        # Asked after the record, so that what was started in between counts as running.
        alive = await self._running_ids()
        lost = [case_id for case_id in case_ids if ports.case_workflow_id(case_id) not in alive]
        still = [one for one in strands if ports.strand_workflow_id(one[0], one[1]) not in alive]
        silent = [lane for lane in lanes if ports.lane_workflow_id(*lane) not in alive]
        await _at_once(cases.ensure_case(self._client, self._clock, case_id) for case_id in lost)
        await _at_once(
            cases.ensure_strand(
                self._client, self._clock, case_id, key, ports.STRAND_WORKFLOWS[StrandKind(kind)]
            )
            for case_id, key, kind in still
        )
        if silent:
            async with transaction(self._sessions) as session:
                await running.tell_again(session, silent)
        if lost or still or silent:
            _log.warning("restarted %d cases, %d strands, %d lanes", len(lost), len(still), len(silent))
        return False

    async def _running_ids(self) -> set[str]:
        return {found.id async for found in self._client.list_workflows(_RUNNING, page_size=1000)}


async def _at_once(starts: Iterable[Awaitable[None]]) -> None:
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(start: Awaitable[None]) -> None:
        async with gate:
            await start

    await asyncio.gather(*(one(start) for start in starts))
