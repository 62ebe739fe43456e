"""The one place that decides: a command judged by the rules in force, and recorded, in one transaction."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from discharge.cases.commands import Envelope
from discharge.store.record import Outcome, record
from housing_checks.pathway import advance


async def apply(session: AsyncSession, envelope: Envelope, now: datetime) -> Outcome:
    """Decide a command at ``now`` (case time) on the case as it is, and record it, once.

    A repeated command gets the stored answer; what others changed since its asker looked refuses it. Raises
    only what should be tried again: nothing of it has happened then.
    """
    return await record(session, envelope, lambda case: advance(case, envelope, now).to_record(envelope, now))
