"""Homes on the list: what they are, whose, and whether they can be offered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from discharge.cases.model import Case
from discharge.errors import HomewardError
from discharge.store.tables import AuditWrite, Organisation, Person
from discharge.store.tables.persons import ORDINARY
from housing_checks.store.tables import PropertyRow, property_of
from housing_checks.strands.rehousing.model import Property

State = Literal["free", "offered", "accepted", "let", "withdrawn"]
MOST_CHANGES = 50


_HELD = func.homeward_held_properties().table_valued("property_id", "state", "held_until")
"""What holds each home that is held; for whom is said to nobody."""
_LISTED = (
    select(PropertyRow, Organisation.name, _HELD.c.state, _HELD.c.held_until)
    .join(Organisation, Organisation.id == PropertyRow.landlord_id)
    .outerjoin(_HELD, _HELD.c.property_id == PropertyRow.id)
    .order_by(PropertyRow.ready_on, PropertyRow.reference, PropertyRow.id)
)


@dataclass(frozen=True)
class Home:
    """A home, its landlord, and how it stands; for whom it is held is said to nobody."""

    row: PropertyRow
    landlord: str
    state: State = "free"
    held_until: date | None = None

    @property
    def home(self) -> Property:
        """The home in the words of the rules."""
        return property_of(self.row)

    @property
    def free(self) -> bool:
        """Whether it can be offered to somebody."""
        return self.state == "free"


async def homes(session: AsyncSession, offset: int = 0, size: int | None = None) -> list[Home]:
    """Homes on the list, those withdrawn too, the earliest first."""
    return await _read(session, _LISTED.offset(offset).limit(size))


async def free_homes(session: AsyncSession, offset: int = 0, size: int | None = None) -> list[Home]:
    """Homes that can be offered, the earliest first."""
    free = _LISTED.where(PropertyRow.withdrawn_on.is_(None), _HELD.c.property_id.is_(None))
    return await _read(session, free.offset(offset).limit(size))


async def home(session: AsyncSession, property_id: UUID) -> Home:
    """One home. Raises not-found."""
    found = await _read(session, _LISTED.where(PropertyRow.id == property_id))
    if not found:
        raise HomewardError("not-found")
    return found[0]


async def _read(
    session: AsyncSession, wanted: Select[PropertyRow, str, State | None, date | None]
) -> list[Home]:
    return [_home(*row) for row in await session.execute(wanted)]


def subject(home_id: UUID) -> str:
    """How the audit names a home."""
    return f"property {home_id}"


async def changes(session: AsyncSession, home_id: UUID) -> Sequence[AuditWrite]:
    """Who of the caller's organisation changed a home, and when, newest first."""
    written = select(AuditWrite).where(AuditWrite.subject == subject(home_id))
    return (await session.scalars(written.order_by(AuditWrite.at.desc()).limit(MOST_CHANGES))).all()


async def names_of_homes(session: AsyncSession, case: Case, person: Person) -> dict[UUID, str]:
    """The homes that were offered or let in a case, by address; none where the person's is withheld."""
    if person.location_hidden or person.sensitivity != ORDINARY:
        return {}
    ids = {offer.property_id for strand in case.strands.values() for offer in strand.offers}
    ids |= {strand.property_id for strand in case.strands.values() if strand.property_id is not None}
    if not ids:
        return {}
    rows = await session.scalars(select(PropertyRow).where(PropertyRow.id.in_(ids)))
    return {row.id: f"{row.address}, {row.postcode}" for row in rows}


def _home(row: PropertyRow, landlord: str, held: State | None, held_until: date | None) -> Home:
    if row.withdrawn_on is not None and held is None:
        return Home(row, landlord, "withdrawn")
    return Home(row, landlord, held or "free", held_until)
