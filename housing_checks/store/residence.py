"""Where a person lives once a home was let to them: the new home is their address, the one before is history.

Feeds go on to restate the old address for weeks. What they said until then stays history; only another
address that they begin to say later is news (see ``fhir_adapters.hl7v2.store.person_writer``).
"""

from __future__ import annotations

from datetime import date
from uuid import UUID, uuid4

from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from discharge.store.tables import Person, PersonAddress
from discharge.store.tables.persons import ORDINARY, RESTRICTED
from housing_checks.store.tables import PropertyRow

HOME = "home"


async def move_in(session: AsyncSession, person_id: UUID, property_id: UUID, let_id: UUID, on: date) -> None:
    """Make the home that was let the person's address from a day on; doing it again changes nothing."""
    if await session.scalar(select(PersonAddress.id).where(PersonAddress.let_id == let_id)) is not None:
        return
    lives = await session.scalar(select(func.homeward_surviving_person(person_id)))
    person = await session.get_one(Person, lives or person_id)
    home = await session.get_one(PropertyRow, property_id)
    await session.execute(
        update(PersonAddress)
        .where(
            PersonAddress.person_id == person.id,
            PersonAddress.kind == HOME,
            PersonAddress.until_on.is_(None),
        )
        .values(until_on=on, ended_by_let_id=let_id)
    )
    hidden = person.location_hidden or person.sensitivity != ORDINARY
    session.add(
        PersonAddress(
            id=uuid4(),
            person_id=person.id,
            kind=HOME,
            lines="\n".join(part.strip() for part in home.address.split(",")),
            postcode=home.postcode,
            uprn=home.attributes.get("uprn"),
            sensitivity=RESTRICTED if hidden else ORDINARY,
            from_on=on,
            let_id=let_id,
        )
    )
    await session.flush()


async def move_back(session: AsyncSession, let_id: UUID) -> None:
    """Undo a let: the person lives where they lived before."""
    await session.execute(delete(PersonAddress).where(PersonAddress.let_id == let_id))
    await session.execute(
        update(PersonAddress)
        .where(PersonAddress.ended_by_let_id == let_id)
        .values(until_on=None, ended_by_let_id=None)
    )
