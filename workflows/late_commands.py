"""Commands that could not be executed at once: authorised again as things stand now, then executed.

A late command is marked as such, so that the case judges it against the version that the asker saw. Whatever
comes of it is stored with the command, where the asker and their team see it.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession
from temporalio.client import Client

from discharge.cases.commands import Answer, Envelope
from discharge.clocks import CaseClock
from discharge.permissions import allowed
from discharge.store import commands
from discharge.store.engine import Sessions, transaction
from discharge.store.tables import CommandRow
from fhir_adapters.hl7v2.store.referring import park_refused
from fhir_adapters.store.referral_requests import wait_again
from workflows.client import execute_command
from workflows.store import authority

BATCH = 20
LEASE = timedelta(seconds=30)
ANSWER_WITHIN = timedelta(seconds=10)
REFER = "refer"


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
        for row in taken:
            if not await self._execute(row, refusals[row.id]):
                return False
        return bool(taken)

    async def _refusal(self, session: AsyncSession, row: CommandRow, now: datetime) -> str | None:
        """Return the code why the asker may not do this any more, or ``None`` when they may."""
        role = await authority.role_now(session, row)
        if role is None or not allowed(role, row.kind):
            return "role-not-allowed"
        return None if row.kind == REFER else await authority.refusal(session, row, self._clock.today(now))

    async def _execute(self, row: CommandRow, refusal: str | None) -> bool:
        envelope = Envelope.model_validate(row.envelope)
        if refusal is not None:
            answer: Answer | None = _refused(envelope, refusal)
        else:
            late = envelope.model_copy(update={"late": True})
            answer = await execute_command(self._client, self._clock, late, within=ANSWER_WITHIN)
        if answer is None:
            return False
        async with transaction(self._sessions) as session:
            await commands.finish(session, answer)
            await park_refused(session, row, answer)
            await wait_again(session, answer)
        return True


def _refused(envelope: Envelope, code: str) -> Answer:
    return Answer(
        command_id=envelope.command_id,
        case_id=envelope.case_id,
        outcome="refused",
        version=envelope.seen_version or 0,
        code=code,
    )
