"""The relay tells workflows what the record holds for them: signals for cases, and work for lanes.

A row counts as relayed only once Temporal has accepted it. A signal has the same command id each time,
so telling a case twice changes nothing.
"""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from pydantic import ValidationError
from sqlalchemy.ext.asyncio import AsyncSession
from temporalio.client import Client

from discharge.cases.commands import Envelope
from discharge.clocks import CaseClock
from discharge.store.engine import Sessions, transaction
from discharge.store.record import CASE_SIGNAL
from discharge.store.tables import OutboxRow
from workflows import client as cases
from workflows import ports
from workflows.loops import spoken
from workflows.store import outbox

BATCH = 200
"""Rows told in one transaction."""

AT_ONCE = 16
"""Cases and lanes told at the same time."""

NOT_UNDERSTOOD = "message-not-understood"
_log = logging.getLogger("homeward.relay")


@dataclass
class Told:
    """What became of the rows for one case or lane; what came after a failure waits for the next round."""

    told: list[OutboxRow] = field(default_factory=list)
    unreadable: list[OutboxRow] = field(default_factory=list)
    failure: Exception | None = None


class Relay:
    """Tells Temporal, and remembers in the record that it did."""

    def __init__(self, sessions: Sessions, client: Client, clock: CaseClock) -> None:
        self._sessions = sessions
        self._client = client
        self._clock = clock

    async def once(self) -> bool:
        """Relay one batch and return whether any was told; raises when Temporal is away."""
        async with transaction(self._sessions) as session:
            rows = await outbox.unrelayed(session, BATCH)
            results = await self._tell_all(rows)
            for result in results:
                await _note(session, result)
        failures = [result.failure for result in results if result.failure is not None]
        for failure in failures:
            if cases.is_away(failure):
                raise failure
            _log.warning("a row waits: %s", spoken(failure))
        return any(result.told for result in results)

    async def _tell_all(self, rows: Sequence[OutboxRow]) -> list[Told]:
        gate, away = asyncio.Semaphore(AT_ONCE), asyncio.Event()

        async def one(group: Sequence[OutboxRow]) -> Told:
            async with gate:
                # The rows are locked meanwhile, so nobody waits out Temporal's absence row by row.
                result = Told() if away.is_set() else await self._tell_in_order(group)
            if cases.is_away(result.failure):
                away.set()
            return result

        return await asyncio.gather(*(one(group) for group in _by_target(rows)))

    async def _tell_in_order(self, rows: Sequence[OutboxRow]) -> Told:
        result = Told()
        for row in rows:
            try:
                await self._tell(row)
            except ValidationError:
                result.unreadable.append(row)
            except Exception as failure:
                result.failure = failure
                return result
            else:
                result.told.append(row)
        return result

    async def _tell(self, row: OutboxRow) -> None:
        if row.channel == CASE_SIGNAL:
            await cases.tell_case(self._client, self._clock, Envelope.model_validate(row.payload))
        elif row.partner_id is not None:
            cause = ports.LaneWork(cause="item" if row.released_by is None else "decision")
            await cases.wake_lane(self._client, self._clock, row.partner_id, row.case_id, cause)


def _by_target(rows: Iterable[OutboxRow]) -> list[list[OutboxRow]]:
    """Group rows by the workflow they are for, each group in order."""
    groups: defaultdict[tuple[UUID, UUID | None], list[OutboxRow]] = defaultdict(list)
    for row in rows:
        groups[row.case_id, row.partner_id].append(row)
    return list(groups.values())


async def _note(session: AsyncSession, result: Told) -> None:
    for row in result.told:
        told = outbox.case_told if row.channel == CASE_SIGNAL else outbox.lane_told
        await told(session, row.sequence)
    for row in result.unreadable:
        await outbox.set_aside(session, row.sequence, NOT_UNDERSTOOD)
