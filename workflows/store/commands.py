"""Commands that were taken and that nobody is executing any more."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import exists, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from discharge.cases.commands import Answer
from discharge.store.tables import CaseParticipantRow, CommandRow, User

LEASE = timedelta(seconds=30)


async def take_over(session: AsyncSession, now: datetime, limit: int) -> Sequence[CommandRow]:
    """Return commands whose lease has passed, leased to us from now on; the oldest first."""
    abandoned = or_(CommandRow.lease_until.is_(None), CommandRow.lease_until <= now)
    rows = await session.scalars(
        select(CommandRow)
        .where(CommandRow.state == "taken", abandoned)
        .order_by(CommandRow.created_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    taken = rows.all()
    for row in taken:
        row.lease_until = now + LEASE
    return taken


async def role_now(session: AsyncSession, command: CommandRow) -> str | None:
    """Return the asker's role as it is now, or ``None`` when they left the organisation they asked for."""
    if command.user_id is None:
        return command.role
    user = await session.get(User, command.user_id)
    if user is None:
        return command.role
    return user.role if user.organisation_id == command.organisation_id else None


async def takes_part(session: AsyncSession, command: CommandRow, today: date) -> bool:
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


async def finish(session: AsyncSession, answer: Answer) -> None:
    """Store an answer that the record did not store, so that the asker sees it."""
    waiting = (CommandRow.id == answer.command_id, CommandRow.state == "taken")
    await session.execute(
        update(CommandRow)
        .where(*waiting)
        .values(
            state=answer.outcome,
            answer=answer.model_dump(mode="json"),
            finished_at=func.now(),
            lease_until=None,
        )
    )
