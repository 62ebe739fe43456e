"""The relay tells workflows what the record holds for them: signals for cases, and work for lanes.

A row counts as relayed only once Temporal has accepted it. A signal has the same command id each time,
so telling a case twice changes nothing. One case that Temporal does not take waits longer and longer, and
delays no other. Cases and lanes note themselves that they were told, in the transaction in which they act on
it; what they have not noted by then is noted when the next batch is taken.
"""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from pydantic import ValidationError
from sqlalchemy.ext.asyncio import AsyncSession
from temporalio.client import Client

from discharge.clocks import CaseClock
from discharge.store.commands import read_kept
from discharge.store.engine import Sessions, transaction
from discharge.store.record import CASE_SIGNAL
from discharge.store.tables import OutboxRow
from workflows import client as cases
from workflows import ports
from workflows.loops import spoken
from workflows.store import outbox

BATCH = 200
"""Rows taken at a time."""

AT_ONCE = 16
"""Cases and lanes told at the same time."""

LEASE = timedelta(seconds=15)
"""Longer than a batch usually takes; after a crash its rows are told again then, which changes nothing."""

FIRST_PAUSE, LAST_PAUSE = timedelta(seconds=1), timedelta(minutes=1)
NOT_UNDERSTOOD = "message-not-understood"
_log = logging.getLogger("homeward.relay")


@dataclass
class Told:
    """What became of the rows for one case or lane; what comes after a failure waits for it."""

    told: list[OutboxRow] = field(default_factory=list)
    unreadable: list[OutboxRow] = field(default_factory=list)
    left: list[OutboxRow] = field(default_factory=list)
    failure: Exception | None = None


class Relay:
    """Tells Temporal, and remembers in the record that it did. It holds no lock while it tells."""

    def __init__(self, sessions: Sessions, client: Client, clock: CaseClock) -> None:
        self._sessions = sessions
        self._client = client
        self._clock = clock
        self._not_noted: Sequence[Told] = ()

    async def step(self) -> bool:
        """Relay one batch and return whether there may be more: whoever leaves another row rings. Raises when
        Temporal is away.
        """
        return await self._batch() == BATCH

    async def once(self) -> bool:
        """Relay one batch, note it, and return whether any was told; raises when Temporal is away."""
        await self._batch()
        told = any(result.told for result in self._not_noted)
        await self._note_now()
        return told

    async def _batch(self) -> int:
        async with transaction(self._sessions) as session:
            await _note(session, self._not_noted)
            rows = await outbox.take_unrelayed(session, BATCH, LEASE)
        away: list[Exception] = []
        self._not_noted = await self._tell_all(rows, away)
        if any(result.left or result.unreadable for result in self._not_noted):
            await self._note_now(away=bool(away))
        if away:
            raise away[0]
        return len(rows)

    async def _note_now(self, *, away: bool = False) -> None:
        if self._not_noted:
            async with transaction(self._sessions) as session:
                await _note(session, self._not_noted, away=away)
            self._not_noted = ()

    async def _tell_all(self, rows: Sequence[OutboxRow], away: list[Exception]) -> list[Told]:
        gate = asyncio.Semaphore(AT_ONCE)

        async def one(group: list[OutboxRow]) -> Told:
            async with gate:
                if away:  # nobody waits out Temporal's absence row by row
                    return Told(left=group)
                result = await self._tell_in_order(group)
            failure = result.failure
            if failure and cases.is_away(failure) and not await cases.answers(self._client):
                away.append(failure)
            return result

        return await asyncio.gather(*(one(group) for group in _by_target(rows)))

    async def _tell_in_order(self, rows: list[OutboxRow]) -> Told:
        if rows[0].channel != CASE_SIGNAL:
            return await self._tell_lane(rows)
        result = Told()
        for number, row in enumerate(rows):
            try:
                envelope = read_kept(row.payload)
                await cases.tell_case(self._client, self._clock, envelope)
            except ValidationError:
                result.unreadable.append(row)
            except Exception as failure:
                result.failure, result.left = failure, rows[number:]
                return result
            else:
                result.told.append(row)
        return result

    async def _tell_lane(self, rows: list[OutboxRow]) -> Told:
        """One word is enough for all that waits in a lane: the lane looks for itself."""
        decided = any(row.released_by for row in rows)
        partner_id = rows[0].partner_id
        if partner_id is None:
            return Told(unreadable=rows)
        work = ports.LaneWork(cause="decision" if decided else "item")
        try:
            await cases.wake_lane(self._client, self._clock, partner_id, rows[0].case_id, work)
        except Exception as failure:
            return Told(left=rows, failure=failure)
        return Told(told=rows)


def _by_target(rows: Iterable[OutboxRow]) -> list[list[OutboxRow]]:
    """Group rows by the workflow they are for, each group in order."""
    groups: defaultdict[tuple[UUID, UUID | None], list[OutboxRow]] = defaultdict(list)
    for row in rows:
        groups[row.case_id, row.partner_id].append(row)
    return list(groups.values())


async def _note(session: AsyncSession, results: Sequence[Told], *, away: bool = False) -> None:
    """Rows in the order of their sequence, as everybody else locks them. They were taken together."""
    told = sorted((row.sequence, row.channel) for result in results for row in result.told)
    until = next((row.relay_after for result in results for row in result.told), None)
    signals = [sequence for sequence, channel in told if channel == CASE_SIGNAL]
    await outbox.cases_told(session, signals, until)
    items = [sequence for sequence, channel in told if channel != CASE_SIGNAL]
    await outbox.lanes_told(session, items, until)
    await outbox.set_aside(session, [r.sequence for each in results for r in each.unreadable], NOT_UNDERSTOOD)
    await outbox.give_back(session, [row.sequence for each in results for row in each.left])
    for result in results:
        if result.failure is not None and not away:
            first = result.left[0]
            pause = min(FIRST_PAUSE * 2 ** min(first.relay_tries, 10), LAST_PAUSE)
            _log.warning("outbox %s waits %s: %s", first.sequence, pause, spoken(result.failure))
            await outbox.put_off(session, first.sequence, pause)
