"""Keeps Temporal in step with the record: what should have looked at its case, strand or lane by now and did
not is started again.

Every workflow begins by loading the record and arming its clocks from absolute dates, so a start is all
that a restored or replaced Temporal needs. Each notes when it will look again, and only those whose time
has passed are seen to, however many are open. One that runs and stays silent all the same cannot go on
(today's code would have led its history elsewhere): it ends, and begins anew. A signal that was taken and
never answered is told again. What has no due time is started by whatever reaches it next.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from prometheus_client import Counter
from temporalio.client import Client
from temporalio.common import WorkflowIDConflictPolicy

from discharge.clocks import CaseClock
from discharge.store.engine import Sessions, transaction
from workflows import client as cases
from workflows.store import expected_workflows
from workflows.store.expected_workflows import Overdue

SETTLED = timedelta(seconds=60)
"""What was told, or due, less than this ago may simply not have got there yet."""

OVERLOOKED = timedelta(minutes=6)
"""Longer than a lane waits between two tries; telling one that waits at a partner's wish changes nothing."""

SILENT = timedelta(minutes=10)
"""How long one that was started again, or was running, may leave its due time unseen until it begins anew."""

AT_ONCE = 16
ANEW = Counter("homeward_runs_begun_anew", "Runs ended because they stayed silent", ["kind"])
_USUAL, _ENDING = WorkflowIDConflictPolicy.USE_EXISTING, WorkflowIDConflictPolicy.TERMINATE_EXISTING
_log = logging.getLogger("homeward.maintenance")


@dataclass(frozen=True)
class Missing:
    """What the record says should have looked, or should have been heard, and was not."""

    cases: Sequence[Overdue]
    strands: Sequence[Overdue]
    lanes: Sequence[tuple[UUID, UUID]]
    signals: Sequence[int]

    def __bool__(self) -> bool:
        return bool(self.cases or self.strands or self.lanes or self.signals)


class Maintenance:
    """Asks the record what is overdue, and sees to it; remembers since when it asks for each."""

    def __init__(self, sessions: Sessions, client: Client, clock: CaseClock) -> None:
        self._sessions = sessions
        self._client = client
        self._clock = clock
        self._asked_for: dict[Overdue, datetime] = {}

    async def once(self) -> bool:
        """Start what is missing; never busy, so that it rests between two looks."""
        missing, now = await self.missing(), datetime.now(UTC)
        seen = [*missing.cases, *missing.strands]
        self._asked_for = {each: self._asked_for.get(each, now) for each in seen}
        if missing:
            _log.warning(
                "overdue: %d cases, %d strands, started unless they run; told again: %d lanes, %d signals",
                *(len(part) for part in (missing.cases, missing.strands, missing.lanes, missing.signals)),
            )
            await _at_once(self._see_to(each, now) for each in seen)
            async with transaction(self._sessions) as session:
                await expected_workflows.tell_again(session, missing.lanes)
                await expected_workflows.signal_again(session, missing.signals)
        return False

    async def missing(self) -> Missing:
        """What is overdue now."""
        now = datetime.now(UTC)
        async with transaction(self._sessions) as session:
            return Missing(
                cases=await expected_workflows.overdue_cases(session, now - SETTLED),
                strands=await expected_workflows.overdue_strands(session, now - SETTLED),
                lanes=await expected_workflows.overlooked_lanes(session, now - OVERLOOKED),
                signals=await expected_workflows.unheard_signals(session, now - SETTLED),
            )

    async def _see_to(self, each: Overdue, now: datetime) -> None:
        silent = now - self._asked_for[each] >= SILENT
        if silent:
            self._asked_for[each] = now  # its next run has as long
            note_silent(each.case_id, each.strand)
        policy = _ENDING if silent else _USUAL
        if each.strand is None:
            await cases.ensure_case(self._client, self._clock, each.case_id, policy)
        else:
            await cases.ensure_strand(self._client, self._clock, each.case_id, each.strand, policy)


def note_silent(case_id: UUID, strand: str | None = None) -> None:
    """Say for operators that a run which does not answer ends, and begins anew from the record."""
    ANEW.labels("strand" if strand else "case").inc()
    whose = f"strand {strand} of case {case_id}" if strand else f"case {case_id}"
    _log.error("the run of %s does not answer; it ends, and begins anew from the record", whose)


async def _at_once(starts: Iterable[Awaitable[None]]) -> None:
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(start: Awaitable[None]) -> None:
        async with gate:
            await start

    await asyncio.gather(*(one(start) for start in starts))
