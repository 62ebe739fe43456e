"""Who a message is about and between whom: what may be said of a person is decided here."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from discharge.cases.model import Case
from discharge.cases.relations import relation_of
from discharge.sight import EVERYTHING, Sight, sight_of
from discharge.store.addresses import home_of
from discharge.store.tables import Organisation, Person, PersonAddress, PersonIdentifier
from discharge.store.tables.persons import ORDINARY
from fhir_adapters.fhir.people import LocalNumber, OrganisationFacts, PersonFacts
from fhir_adapters.people.nhs_numbers import is_verified

ORDER, HAZARD = "order", "hazard"
"""The kinds of message that ask a partner for work, and for something to be done about a hazard."""


def told(case: Case, receiver_id: UUID, kind: str) -> Sight:
    """What a receiver is told of the person: what its part in the case sees. One without a part that is given
    an order is told what a supplier sees, and so is a landlord that is asked about a hazard, which has to
    find the home.
    """
    relation = relation_of(case, receiver_id) or ("supplier" if kind in (ORDER, HAZARD) else None)
    if kind == HAZARD and relation == "landlord":
        return sight_of("supplier")
    return sight_of(relation) if relation else EVERYTHING


async def hidden(session: AsyncSession, person_id: UUID) -> bool:
    """Whether the location of a person, or of whom they were merged into, is hidden or restricted."""
    going_on = await session.scalar(select(func.homeward_surviving_person(person_id)))
    person = await session.get_one(Person, going_on or person_id)
    return person.location_hidden or person.sensitivity != ORDINARY


async def person_facts(
    session: AsyncSession, person_id: UUID, receiver_id: UUID, sight: Sight = EVERYTHING
) -> PersonFacts:
    """Return a person for a message, or whom they were merged into, with the numbers that the receiver itself
    gave and what it sees; without an address when it is hidden or restricted in any way.
    """
    going_on = await session.scalar(select(func.homeward_surviving_person(person_id)))
    person_id = going_on or person_id
    person = await session.get_one(Person, person_id)
    withheld = person.location_hidden or person.sensitivity != ORDINARY
    address = await _home(session, person_id) if sight.address and not withheld else None
    number = person.nhs_number if "nhs_number" in sight.person else None
    return PersonFacts(
        person_id=person.id,
        nhs_number=number,
        nhs_number_verified=number is not None and is_verified(person.nhs_number_status),
        family_name=person.family_name,
        given_name=person.given_name,
        birth_date=person.birth_date,
        sex=person.sex,
        deceased=person.deceased,
        location_hidden=withheld,
        address_lines=tuple(address.lines.splitlines()) if address else (),
        postcode=address.postcode if address else None,
        local_numbers=await _numbers_of(session, person_id, receiver_id),
        sight=sight,
    )


async def _numbers_of(
    session: AsyncSession, person_id: UUID, organisation_id: UUID
) -> tuple[LocalNumber, ...]:
    rows = await session.scalars(
        select(PersonIdentifier)
        .where(PersonIdentifier.person_id == person_id, PersonIdentifier.organisation_id == organisation_id)
        .order_by(PersonIdentifier.recorded_at.desc(), PersonIdentifier.value)
    )
    return tuple(LocalNumber(row.authority, row.value) for row in rows)


async def _home(session: AsyncSession, person_id: UUID) -> PersonAddress | None:
    return await session.scalar(home_of(person_id).where(PersonAddress.sensitivity == ORDINARY))


async def organisation_facts(session: AsyncSession, organisation_id: UUID) -> OrganisationFacts:
    """Return how an organisation is named."""
    organisation = await session.get_one(Organisation, organisation_id)
    return OrganisationFacts(
        organisation_id=organisation.id,
        code=organisation.code,
        name=organisation.name,
        ods_code=organisation.ods_code,
    )
