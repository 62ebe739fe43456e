"""The one place that decides: a command judged by the rules in force, and recorded, in one transaction."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from discharge.cases.commands import Envelope, Refer
from discharge.cases.model import Case
from discharge.cases.record_request import RecordRequest
from discharge.errors import HomewardError
from discharge.store.outbox import is_for_relay
from discharge.store.record import LookAt, Outcome, Recorded, record
from discharge.stored import NEWER
from housing_checks.pathway import advance
from housing_checks.store.safety_uncased import join_case
from housing_checks.strands.definitions import unknown_kinds


async def apply(
    session: AsyncSession, envelope: Envelope, now: datetime, look_at: LookAt | None = None
) -> Outcome:
    """Decide a command at ``now`` (case time) on the case as it is, and record it, once, with when to look at
    it again.

    A repeated command gets the stored answer; what others changed since its asker looked refuses it. Raises
    only what should be tried again: nothing of it has happened then. That is recorded-by-newer-version where
    a newer build wrote what this one does not know: a worker of that build takes the command up.
    """

    def decide(case: Case) -> RecordRequest:
        if unknown_kinds(case):
            raise HomewardError(NEWER, detail="strand-kinds")
        return advance(case, envelope, now).to_record(envelope, now)

    outcome = await record(session, envelope, decide, look_at)
    if isinstance(outcome, Recorded) and is_for_relay(session):
        outcome = replace(outcome, queued=True)
    if isinstance(envelope.command, Refer) and outcome.answer.outcome == "accepted":
        await join_case(session, envelope.command_id)
    return outcome
