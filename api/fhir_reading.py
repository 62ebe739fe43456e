"""Cases, stays and people for the FHIR interface, each look noted."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from api.principals import Principal
from api.reading import cases, names
from api.reading.cases import CaseFile, home_address
from api.reading.looks import looked
from api.reading.people import has_or_had
from api.services import Services
from discharge.errors import HomewardError
from discharge.store.tables import CaseRow, Organisation, Person, PersonAddress, Spell
from fhir_adapters.fhir import resources, systems
from fhir_adapters.fhir.people import OrganisationFacts, PersonFacts
from fhir_adapters.fhir.people import patient as patient_resource
from fhir_adapters.store.referring import case_spell

MOST = 50
TRACED = frozenset({"NSTS01", "01", "1"})


async def service_request(services: Services, caller: Principal, case_id: UUID) -> dict[str, Any]:
    """The referral of a case. Raises not-found."""
    async with services.begin(caller) as session:
        found = await cases.read_case(session, caller, case_id, "ServiceRequest")
        return resources.service_request(found.case, _person(found), await _referrer(session, found))


async def task(services: Services, caller: Principal, case_id: UUID) -> dict[str, Any]:
    """How far a case is. Raises not-found."""
    clock = await services.clock()
    async with services.begin(caller) as session:
        found = await cases.read_case(session, caller, case_id, "Task")
        modified = clock.case_time(found.updated_at)
        return resources.task(found.case, _person(found), await _referrer(session, found), modified)


async def find_tasks(services: Services, caller: Principal, case_id: str) -> list[dict[str, Any]]:
    """The task of a case, if there is one."""
    try:
        return [await task(services, caller, UUID(case_id))]
    except (HomewardError, ValueError):
        return []


async def find_service_requests(
    services: Services, caller: Principal, identifier: str, subject: str, resource_id: str
) -> list[dict[str, Any]]:
    """Referrals that fit every condition given; none for no condition at all."""
    conditions = _conditions(identifier, subject, resource_id)
    if not conditions:
        return []
    async with services.begin(caller) as session:
        statement = select(CaseRow.id).join(Person, Person.id == CaseRow.person_id).where(*conditions)
        found = (await session.scalars(statement.limit(MOST))).all()
    return [await service_request(services, caller, case_id) for case_id in found]


def _conditions(identifier: str, subject: str, resource_id: str) -> list[Any]:
    conditions: list[Any] = []
    if identifier:
        system, _, value = identifier.rpartition("|")
        ours = _uuid(value)
        by_case = ours if system in ("", systems.CASE_ID) else None
        conditions.append(CaseRow.id == by_case if by_case else CaseRow.external_id == identifier)
    if resource_id:
        conditions.append(CaseRow.id == (_uuid(resource_id) or UUID(int=0)))
    if subject:
        conditions.append(person_meant(subject))
    return conditions


def person_meant(subject: str) -> Any:
    """A person by NHS number (`system|number`) or by our id."""
    system, _, number = subject.rpartition("|")
    if system == systems.NHS_NUMBER:
        return has_or_had(number)
    return Person.id == (_uuid(subject.removeprefix("Patient/")) or UUID(int=0))


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


async def encounter(services: Services, caller: Principal, spell_id: UUID) -> dict[str, Any]:
    """A hospital stay. Raises not-found."""
    async with services.begin(caller) as session:
        row = await session.get(Spell, spell_id)
        person = await session.get(Person, row.person_id) if row else None
        if row is None or person is None:
            raise HomewardError("not-found")
        await looked(session, caller, "Encounter", (), [person.id])
        known = await names.directory(session)
        provider = known.organisations.get(row.organisation_id)
        facts = person_facts(person, None)
        return resources.encounter(case_spell(row), facts, organisation_facts(provider))


async def patient(services: Services, caller: Principal, person_id: UUID) -> dict[str, Any]:
    """A person. Raises not-found."""
    async with services.begin(caller) as session:
        person = await session.get(Person, person_id)
        if person is None:
            raise HomewardError("not-found")
        await looked(session, caller, "Patient", (), [person.id])
        return patient_resource(person_facts(person, await home_address(session, person)))


def person_facts(person: Person, address: PersonAddress | None) -> PersonFacts:
    """What the record knows of a person, as FHIR needs it."""
    return PersonFacts(
        person_id=person.id,
        nhs_number=person.nhs_number,
        nhs_number_verified=person.nhs_number_status in TRACED,
        family_name=person.family_name,
        given_name=person.given_name,
        birth_date=person.birth_date,
        sex=person.sex,
        deceased=person.deceased,
        location_hidden=person.location_hidden,
        address_lines=tuple(address.lines.splitlines()) if address else (),
        postcode=address.postcode if address else None,
    )


def organisation_facts(row: Organisation | None) -> OrganisationFacts | None:
    """How an organisation is named."""
    return OrganisationFacts(row.id, row.code, row.name, row.ods_code) if row else None


def _person(found: CaseFile) -> PersonFacts:
    return person_facts(found.person, found.address)


async def _referrer(session: AsyncSession, found: CaseFile) -> OrganisationFacts | None:
    referral = found.case.referral
    return organisation_facts(await session.get(Organisation, referral.organisation_id)) if referral else None
