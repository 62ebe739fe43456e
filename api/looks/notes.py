"""Noting that somebody looked: each read of people's records, and a list as one look at all of its cases."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from api.web.principals import Principal
from discharge.store import audit
from discharge.store.tables import Organisation, User

PURPOSES = {
    "discharge-team": "direct-care",
    "coordinator": "direct-care",
    "system": "direct-care",
    "trust-monitor": "service-report",
    "operator": "running-the-service",
    "admin": "running-the-service",
}
"""Why each role looks, unless it says otherwise."""


class Look(NamedTuple):
    """One look at a case, with names."""

    at: datetime
    organisation: str
    name: str
    role: str
    purpose: str
    what: str


def who(caller: Principal) -> audit.Who:
    """The caller as the audit names them."""
    return audit.Who(caller.organisation_id, caller.role, caller.client_id, caller.user_id)


def purpose_of(caller: Principal) -> str:
    """Why the caller looks, as the audit says it."""
    return PURPOSES.get(caller.role, "direct-care")


async def looked(
    session: AsyncSession,
    caller: Principal,
    what: str,
    case_ids: Iterable[UUID] = (),
    person_ids: Iterable[UUID] = (),
) -> None:
    """Note a look; one that showed nobody's record is none."""
    cases, people = list(case_ids), list(person_ids)
    if cases or people:
        await looked_at(session, caller, what, cases, people)


async def looked_at(
    session: AsyncSession,
    caller: Principal,
    what: str,
    cases: Sequence[UUID] = (),
    people: Sequence[UUID] = (),
) -> None:
    """Note a look at something that tells of a person, also where nobody knows of whom."""
    purpose = purpose_of(caller)
    await audit.note_read(session, who(caller), what, purpose=purpose, case_ids=cases, person_ids=people)


async def who_looked(session: AsyncSession, case_id: UUID, offset: int, size: int) -> list[Look]:
    """Who looked at a case, newest first, for those who lead it; older months are read only where needed."""
    looks = func.homeward_who_looked(case_id, offset + size).table_valued(
        "at", "organisation_id", "user_id", "role", "purpose", "what"
    )
    statement = (
        select(looks.c.at, Organisation.name, User.display_name, looks.c.role, looks.c.purpose, looks.c.what)
        .join(Organisation, Organisation.id == looks.c.organisation_id, isouter=True)
        .join(User, User.id == looks.c.user_id, isouter=True)
        .order_by(looks.c.at.desc())
        .offset(offset)
        .limit(size)
    )
    rows = await session.execute(statement)
    return [
        Look(row.at, row.name or "Unknown", row.display_name or "A system", row.role, row.purpose, row.what)
        for row in rows
    ]
