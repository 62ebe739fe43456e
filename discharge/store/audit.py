"""Who looked and who changed: written in the same transaction as the look or the change, never altered."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncSession

from discharge.store.base import JsonObject
from discharge.store.tables import AuditRead, AuditWrite


@dataclass(frozen=True)
class Who:
    """Somebody who looks or changes: organisation, role, client, and the person where one signed in."""

    organisation_id: UUID
    role: str
    client_id: str
    user_id: UUID | None = None


async def note_read(
    session: AsyncSession,
    who: Who,
    what: str,
    *,
    purpose: str,
    case_ids: Iterable[UUID] = (),
    person_ids: Iterable[UUID] = (),
) -> None:
    """One look at people's records; a list is one look at all its cases.

    ``what`` names the page or resource, ``purpose`` why (``direct-care``, ``service-report`` ...).
    """
    values = {**vars(who), "what": what, "purpose": purpose}
    await session.execute(
        insert(AuditRead).values(**values, case_ids=list(case_ids), person_ids=list(person_ids))
    )


async def note_write(
    session: AsyncSession,
    who: Who,
    action: str,
    subject: str,
    *,
    case_id: UUID | None = None,
    detail: JsonObject | None = None,
) -> None:
    """One change outside a case's own events (a dead letter released, a census loaded); coded ``detail``."""
    values = {**vars(who), "action": action, "subject": subject}
    await session.execute(insert(AuditWrite).values(**values, case_id=case_id, detail=detail))
