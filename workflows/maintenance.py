"""Keeps Temporal in step with the record: what is open there and not running here is started again.

Every workflow begins by loading the record and arming its clocks from absolute dates, so a start is all that
a restored or replaced Temporal needs. A signal that was taken and never answered is told again.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from temporalio.client import Client

from discharge.clocks import CaseClock
from discharge.store.engine import Sessions, transaction
from workflows import client as cases
from workflows import ports
from workflows.store import running

EVERY = timedelta(seconds=60)
SETTLED = timedelta(seconds=60)
"""What was told less than this ago may simply not have got there yet."""

OVERLOOKED = timedelta(minutes=45)
"""Longer than any lane waits by itself: its longest back-off, and the longest wish of a partner."""

AT_ONCE = 16
_RUNNING = "ExecutionStatus = 'Running'"
_log = logging.getLogger("homeward.maintenance")


@dataclass(frozen=True)
class Missing:
    """What the record says should run, or should have been heard, and is not."""

    cases: Sequence[UUID]
    strands: Sequence[tuple[UUID, str]]
    lanes: Sequence[tuple[UUID, UUID]]
    signals: Sequence[int]

    def __bool__(self) -> bool:
        return bool(self.cases or self.strands or self.lanes or self.signals)


class Maintenance:
    """Compares what should run with what does."""

    def __init__(self, sessions: Sessions, client: Client, clock: CaseClock) -> None:
        self._sessions = sessions
        self._client = client
        self._clock = clock

    async def once(self) -> bool:
        """Start what is missing; never busy, so that it rests between two looks."""
        missing = await self.missing()
        if missing:
            _log.warning(
                "starting again %d cases, %d strands, %d lanes; telling %d signals again",
                *(len(part) for part in (missing.cases, missing.strands, missing.lanes, missing.signals)),
            )
            await self._mend(missing)
        return False

    async def missing(self) -> Missing:
        """Ask the record first, so that what starts in between counts as running."""
        told_before = datetime.now(UTC) - SETTLED
        async with transaction(self._sessions) as session:
            wanted = Missing(
                cases=await running.open_cases(session),
                strands=await running.open_strands(session),
                lanes=await running.waiting_lanes(session, told_before),
                signals=await running.unheard_signals(session, told_before),
            )
            overlooked = await running.overlooked_lanes(session, datetime.now(UTC) - OVERLOOKED)
        missing = _without(wanted, await self._running_ids())
        return replace(missing, lanes=[*missing.lanes, *overlooked])

    async def _running_ids(self) -> set[str]:
        return {found.id async for found in self._client.list_workflows(_RUNNING, page_size=1000)}

    async def _mend(self, missing: Missing) -> None:
        await _at_once(cases.ensure_case(self._client, self._clock, case_id) for case_id in missing.cases)
        await _at_once(cases.ensure_strand(self._client, self._clock, *strand) for strand in missing.strands)
        async with transaction(self._sessions) as session:
            await running.tell_again(session, missing.lanes)
            await running.signal_again(session, missing.signals)


def _without(wanted: Missing, alive: Collection[str]) -> Missing:
    return Missing(
        cases=[one for one in wanted.cases if ports.case_workflow_id(one) not in alive],
        strands=[one for one in wanted.strands if ports.strand_workflow_id(*one) not in alive],
        lanes=[one for one in wanted.lanes if ports.lane_workflow_id(*one) not in alive],
        signals=wanted.signals,
    )


async def _at_once(starts: Iterable[Awaitable[None]]) -> None:
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(start: Awaitable[None]) -> None:
        async with gate:
            await start

    await asyncio.gather(*(one(start) for start in starts))
