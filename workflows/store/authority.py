"""Whether the asker of a late command may still ask: the role and the part in the case as they are now."""

from __future__ import annotations

from datetime import date

from sqlalchemy import exists, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from discharge.cases.commands import ENVELOPE
from discharge.cases.relations import require_part
from discharge.errors import Refused
from discharge.store.record import load_case
from discharge.store.tables import CaseParticipantRow, CommandRow, User


async def role_now(session: AsyncSession, command: CommandRow) -> str | None:
    """Return the asker's role as it is now; ``None`` when they left the organisation they asked for, or were
    disabled.
    """
    if command.user_id is None:
        return command.role
    user = await session.get(User, command.user_id)
    if user is None:
        return command.role
    still_there = user.disabled_at is None and user.organisation_id == command.organisation_id
    return user.role if still_there else None


async def refusal(session: AsyncSession, command: CommandRow, today: date) -> str | None:
    """Return the code why the asker's part in the case does not include the command now, or ``None``."""
    if not await _takes_part(session, command, today):
        return "not-found"
    envelope = ENVELOPE.read(command.envelope)
    try:
        require_part(await load_case(session, command.case_id), envelope.actor, envelope.command)
    except Refused as refused:
        return refused.code
    return None


async def _takes_part(session: AsyncSession, command: CommandRow, today: date) -> bool:
    """Whether the asker's organisation takes part in the case on this day."""
    mine = (
        CaseParticipantRow.case_id == command.case_id,
        CaseParticipantRow.organisation_id == command.organisation_id,
    )
    now = (
        CaseParticipantRow.from_on <= today,
        or_(CaseParticipantRow.until_on.is_(None), CaseParticipantRow.until_on > today),
    )
    return bool(await session.scalar(select(exists().where(*mine, *now))))
