"""Commands that could not be executed at once: authorised again as things stand now, then executed.

The case judges it, like any other, against the version that the asker saw. Whatever comes of it is stored
with the command, where the asker and their team see it. One that is stuck holds up the
later ones of its case alone, and ends as failed after a number of tries.
"""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession
from temporalio.client import Client
from temporalio.common import WorkflowIDConflictPolicy

from discharge.cases.commands import ENVELOPE, Answer, Envelope
from discharge.clocks import CaseClock
from discharge.permissions import allowed
from discharge.store import commands, failed_commands
from discharge.store.engine import Sessions, transaction
from discharge.store.tables import CommandRow
from workflows.client import answers, ensure_case, execute_command
from workflows.loops import spoken
from workflows.maintenance import note_silent
from workflows.store import askers, authority

BATCH = 20
AT_ONCE = 8
MOST_FAILURES, MOST_SILENCES = 5, 20
"""Tries that failed, or to which the case said nothing though Temporal is there, before one is given up."""

BEGINS_ANEW_AFTER = 3
"""So many silences, two minutes or more, and the run of the case ends and begins anew from the record. A run
that today's code would have led elsewhere ends by itself, but one that cannot read what an update of its
history holds is tried for ever, and stays silent.
"""

LEASE = timedelta(seconds=30)
ANSWER_WITHIN = timedelta(seconds=10)
REFER = "refer"
_log = logging.getLogger("homeward.late_commands")


class LateCommands:
    """Takes over commands whose lease has passed."""

    def __init__(self, sessions: Sessions, client: Client, clock: CaseClock) -> None:
        self._sessions = sessions
        self._client = client
        self._clock = clock

    async def once(self) -> bool:
        """Execute what was left behind, oldest first, and return whether there was anything."""
        now = datetime.now(UTC)
        async with transaction(self._sessions) as session:
            taken = await commands.due_commands(session, BATCH, LEASE)
            refusals = {row.id: await self._refusal(session, row, now) for row in taken}
        gate = asyncio.Semaphore(AT_ONCE)

        async def one(commands_of_case: Sequence[CommandRow]) -> bool:
            async with gate:
                return await self._in_order(commands_of_case, refusals)

        return any(await asyncio.gather(*(one(group) for group in _by_case(taken))))

    async def _in_order(self, rows: Sequence[CommandRow], refusals: Mapping[UUID, str | None]) -> bool:
        """Execute commands of one case, in order; what comes behind one that is stuck waits for it alone."""
        for number, row in enumerate(rows):
            try:
                done = await self._execute(row, refusals[row.id])
            except Exception as failure:
                _log.warning("command %s failed: %s", row.id, spoken(failure))
                done = await self._given_up(row, await self._count_try(row), MOST_FAILURES)
            else:
                done = done or await self._met_silence(row)
            if not done:
                return number > 0
        return True

    async def _met_silence(self, row: CommandRow) -> bool:
        """The case said nothing in time, though Temporal is there. Return whether the command is given up."""
        if not await answers(self._client):
            return False
        tries = await self._count_try(row)
        if await self._given_up(row, tries, MOST_SILENCES):
            return True
        if tries % BEGINS_ANEW_AFTER == 0:
            note_silent(row.case_id)
            ending = WorkflowIDConflictPolicy.TERMINATE_EXISTING
            await ensure_case(self._client, self._clock, row.case_id, ending)
        return False

    async def _count_try(self, row: CommandRow) -> int:
        async with transaction(self._sessions) as session:
            return await failed_commands.note_try(session, row.id)

    async def _given_up(self, row: CommandRow, tries: int, most: int) -> bool:
        """End the command as failed when it was one try in vain too many, and return whether."""
        if tries < most:
            return False
        async with transaction(self._sessions) as session:
            now = self._clock.case_time(datetime.now(UTC))
            answer = await failed_commands.fail(session, row.case_id, row.id, "internal", now)
            await askers.hear(session, answer)
        _log.error("command %s (%s) is given up after %d tries", row.id, row.kind, most)
        return True

    async def _refusal(self, session: AsyncSession, row: CommandRow, now: datetime) -> str | None:
        """Return the code why the asker may not do this any more, or ``None`` when they may."""
        role = await authority.role_now(session, row)
        if role is None or not allowed(role, row.kind):
            return "role-not-allowed"
        return None if row.kind == REFER else await authority.refusal(session, row, self._clock.today(now))

    async def _execute(self, row: CommandRow, refusal: str | None) -> bool:
        envelope = ENVELOPE.read(row.envelope)
        if refusal is not None:
            answer: Answer | None = _refused(envelope, refusal)
        else:
            again = row.tries_by_hand
            answer = await execute_command(self._client, self._clock, envelope, ANSWER_WITHIN, again)
        if answer is None:
            return False
        async with transaction(self._sessions) as session:
            await commands.finish(session, answer)
            await askers.hear(session, answer)
        return True


def _by_case(rows: Iterable[CommandRow]) -> list[list[CommandRow]]:
    groups: defaultdict[UUID, list[CommandRow]] = defaultdict(list)
    for row in rows:
        groups[row.case_id].append(row)
    return list(groups.values())


def _refused(envelope: Envelope, code: str) -> Answer:
    return Answer(
        command_id=envelope.command_id,
        case_id=envelope.case_id,
        outcome="refused",
        version=envelope.seen_version or 0,
        code=code,
    )
