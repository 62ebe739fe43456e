"""Homes on the list: what they are, whose, and whether they can be offered."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from discharge.cases.model import Case
from discharge.errors import HomewardError
from discharge.store.tables import AuditWrite, Organisation, Person
from discharge.store.tables.persons import ORDINARY
from housing_checks.store.tables import PropertyRow, property_of
from housing_checks.strands.rehousing.model import Property

State = Literal["free", "offered", "accepted", "let", "withdrawn"]
MOST_CHANGES = 50
_HELD = text("SELECT property_id, state, held_until FROM homeward_held_properties()")


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


async def homes(session: AsyncSession, only: Iterable[UUID] | None = None) -> list[Home]:
    """Homes on the list, those withdrawn too, the earliest first."""
    statement = (
        select(PropertyRow, Organisation.name)
        .join(Organisation, Organisation.id == PropertyRow.landlord_id)
        .order_by(PropertyRow.ready_on, PropertyRow.reference)
    )
    if only is not None:
        statement = statement.where(PropertyRow.id.in_(list(only)))
    held = {row.property_id: row for row in await session.execute(_HELD)}
    return [_home(row, name, held.get(row.id)) for row, name in await session.execute(statement)]


async def home(session: AsyncSession, property_id: UUID) -> Home:
    """One home. Raises not-found."""
    found = await homes(session, [property_id])
    if not found:
        raise HomewardError("not-found")
    return found[0]


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


def _home(row: PropertyRow, landlord: str, held: object) -> Home:
    if row.withdrawn_on is not None and held is None:
        return Home(row, landlord, "withdrawn")
    state: State = getattr(held, "state", "free")
    return Home(row, landlord, state, getattr(held, "held_until", None))
