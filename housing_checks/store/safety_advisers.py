"""Whom an organisation names for safety: all its cases say to ask them, and its annexes name them from the
first answer on.
"""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID, uuid4

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from discharge.errors import HomewardError
from discharge.store.audit import Who
from discharge.store.tables import User
from housing_checks.store.safety_tables import ADVISER, SafetyAdviserRow


async def advisers(session: AsyncSession, organisation_id: UUID) -> Sequence[tuple[SafetyAdviserRow, User]]:
    """Who is named for safety in an organisation now: advisers first, the first appointed first."""
    rows = (
        select(SafetyAdviserRow, User)
        .join(User, User.id == SafetyAdviserRow.user_id)
        .where(
            SafetyAdviserRow.organisation_id == organisation_id,
            SafetyAdviserRow.ended_at.is_(None),
            User.disabled_at.is_(None),
            User.organisation_id == organisation_id,
        )
        .order_by(SafetyAdviserRow.kind != ADVISER, SafetyAdviserRow.appointed_at, SafetyAdviserRow.id)
    )
    return [(row, user) for row, user in await session.execute(rows)]


async def has_reader(session: AsyncSession, case_id: UUID) -> bool:
    """Whether anybody named for safety reads what the organisation of the transaction says of a case, or in a
    referral request of its own: its own advisers, else those of the trust and the housing lead, or of the
    service that was asked. It is alike whether or not anything was said.
    """
    return bool(await session.scalar(select(func.homeward_safety_has_reader(case_id))))


async def appoint(session: AsyncSession, who: Who, user_id: UUID, kind: str) -> UUID:
    """Name somebody of the asker's organisation for safety; once. The id of the appointment.

    Annexes that nobody reads are theirs from now on. Raises invalid-body for somebody of another
    organisation.
    """
    user = await session.get(User, user_id)
    if user is None or user.organisation_id != who.organisation_id or user.disabled_at is not None:
        raise HomewardError("invalid-body", detail="nobody of your organisation", where="user_id")
    held = await session.scalar(
        select(SafetyAdviserRow).where(
            SafetyAdviserRow.user_id == user_id,
            SafetyAdviserRow.organisation_id == who.organisation_id,
            SafetyAdviserRow.ended_at.is_(None),
        )
    )
    if held is not None and held.kind == kind:
        return held.id
    if held is not None:
        await _end(session, who, held)
    row = SafetyAdviserRow(
        id=uuid4(),
        organisation_id=who.organisation_id,
        user_id=user_id,
        kind=kind,
        appointed_by=who.user_id,
    )
    session.add(row)
    await session.flush()
    await session.execute(select(func.homeward_safety_appointed()))
    return row.id


async def end(session: AsyncSession, who: Who, appointment_id: UUID) -> None:
    """End an appointment; one that has ended stays so. What names them already goes on. Raises not-found."""
    row = await session.get(SafetyAdviserRow, appointment_id)
    if row is None:
        raise HomewardError("not-found")
    if row.ended_at is None:
        await _end(session, who, row)


async def _end(session: AsyncSession, who: Who, row: SafetyAdviserRow) -> None:
    row.ended_by, row.ended_at = who.user_id, func.now()
    await session.flush()
