"""A confirmation of safety that has ended: the check of the case says so too, and its item blocks again.

It ends by its day, by new answers, by words about danger from any door, by a merge, or because a named
person takes it back; the case is told the same each time, for the same organisation, so that nobody can tell
which it was. What is queued has a stable key, so that it is told once.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import exists, func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from discharge.cases.command_stages import may_ask
from discharge.cases.commands import ConfirmItem, Envelope
from discharge.cases.model import SNAPSHOT, Actor, Case
from discharge.cases.relations import leads, may_ask_of
from discharge.clocks import london_date
from discharge.roles import SYSTEM
from discharge.store import commands
from discharge.store.tables import CaseEventRow, CaseRow
from discharge.store.tables.cases import SAID_SAFE
from housing_checks.store.safety import SAFETY_ITEM, still_confirmed
from housing_checks.store.safety_tables import SafetyConfirmationRow

UNKNOWN, CONFIRM = "unknown", "confirm-item"
CLIENT = "system:safety"
ENDED = "confirmation-ended"
"""The reason that the case shows: safety has to be confirmed again. It tells nothing else."""
MOST = 200
"""Cases in one transaction; the next round takes others."""


async def tell_ended(session: AsyncSession, now: datetime) -> int:
    """Have the check of each open case that says *confirmed*, while nobody named does any more, say that it
    is not known (worker role). How many were told. `now` is case time.
    """
    in_force = exists().where(SafetyConfirmationRow.case_id == CaseRow.id, still_confirmed())
    ended = select(CaseRow).where(CaseRow.closed_on.is_(None), text(SAID_SAFE), ~in_force)
    rows = (await session.scalars(ended.order_by(CaseRow.id).limit(MOST))).all()
    return sum([await _told(session, row, now) for row in rows])


async def _told(session: AsyncSession, row: CaseRow, now: datetime) -> bool:
    case = SNAPSHOT.read(row.snapshot)
    if not may_ask(case, CONFIRM):
        return False
    envelope = Envelope(
        command_id=uuid4(),
        case_id=row.id,
        actor=Actor(organisation_id=_acting_for(case, row.referrer_id), role=SYSTEM),
        effective_on=london_date(now),
        command=ConfirmItem(item=SAFETY_ITEM, value=UNKNOWN),
        reason=ENDED,
    )
    key = f"ended:{row.id}:{await _last_said(session, row.id)}"
    new = commands.NewCommand(envelope, CLIENT, key, ENDED)
    return isinstance(await commands.take(session, new, lease=commands.AT_ONCE), commands.Taken)


def _acting_for(case: Case, referrer_id: UUID) -> UUID:
    """The organisation whose part lets the case be told: the referrer, or who leads the case once it left."""
    among = (referrer_id, *sorted(leads(case)))
    return next((each for each in among if may_ask_of(case, SYSTEM, each, CONFIRM)), referrer_id)


async def _last_said(session: AsyncSession, case_id: UUID) -> int:
    """Which statement of the item is the last: one told of, another may need telling again."""
    last = select(func.max(CaseEventRow.sequence)).where(
        CaseEventRow.case_id == case_id, CaseEventRow.payload["item"].astext == SAFETY_ITEM
    )
    return await session.scalar(last) or 0
