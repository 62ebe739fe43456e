"""Cases, stays and people for the FHIR interface, each look noted; a page of a search is one look."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from api.fhir_queries import Questions
from api.fhir_search import Asked
from api.principals import Principal
from api.reading import cases, names
from api.reading.cases import CaseFile, home_address
from api.reading.looks import looked
from api.reading.viewer import Viewer, seen_person, viewer_of
from api.services import Services
from discharge.cases.model import Case
from discharge.clocks import CaseClock
from discharge.errors import HomewardError
from discharge.said import Telling
from discharge.sight import EVERYTHING, Sight
from discharge.store.tables import CaseRow, Organisation, Person, PersonAddress, PersonIdentifier, Spell
from fhir_adapters.fhir import resources
from fhir_adapters.fhir.people import LocalNumber, OrganisationFacts, PersonFacts
from fhir_adapters.fhir.people import patient as patient_resource
from fhir_adapters.store.referring import case_spell

TRACED = frozenset({"NSTS01", "01", "1"})
SERVICE_REQUEST, TASK = "ServiceRequest", "Task"


@dataclass(frozen=True)
class Page:
    """What a search found: one page of it, and how much there is; and the conditions that could not be looked
    at in every case of the caller's.
    """

    resources: Sequence[dict[str, Any]]
    total: int
    not_searched: tuple[str, ...] = ()


def fhir_base(services: Services) -> str:
    """The address of this interface."""
    return f"{services.settings.public_url}/fhir/R4"


async def service_request(services: Services, caller: Principal, case_id: UUID) -> dict[str, Any]:
    """The referral of a case. Raises not-found."""
    return await _one(services, caller, case_id, SERVICE_REQUEST)


async def task(services: Services, caller: Principal, case_id: UUID) -> dict[str, Any]:
    """How far a case is. Raises not-found."""
    return await _one(services, caller, case_id, TASK)


async def _one(services: Services, caller: Principal, case_id: UUID, kind: str) -> dict[str, Any]:
    clock = await services.clock()
    async with services.begin(caller) as session:
        found = await cases.read_case(session, caller, case_id, kind)
        known = await names.directory(session)
        return _resource(kind, found, known, clock)


async def find(services: Services, caller: Principal, search: Asked) -> Page:
    """The page of a search for ServiceRequests or Tasks, the newest referral first."""
    clock = await services.clock()
    async with services.begin(caller) as session:
        viewer = await viewer_of(session, caller)
        questions = Questions(caller, fhir_base(services), clock, viewer)
        unseen, conditions = questions.not_searched(search), questions.of_cases(search)
        fitting = select(CaseRow, Person).join(Person, Person.id == CaseRow.person_id).where(*conditions)
        total = await session.scalar(select(func.count()).select_from(fitting.subquery())) or 0
        page = fitting.order_by(CaseRow.referred_on.desc(), CaseRow.id.asc())
        rows = (await session.execute(page.limit(search.count).offset(search.offset))).all()
        await looked(
            session,
            caller,
            f"search for {search.resource_type}",
            [row.id for row, _ in rows],
            [person.id for _, person in rows],
        )
        known = await names.directory(session)
        found = [_listed(viewer, row, person) for row, person in rows]
        shown = [_resource(search.resource_type, each, known, clock) for each in found]
        return Page(shown, total, unseen)


def _listed(viewer: Viewer, row: CaseRow, person: Person) -> CaseFile:
    """A case on a list, as much of it as the caller sees; its resources hold no address."""
    case = Case.model_validate(row.snapshot)
    return CaseFile(
        viewer.case(case, person),
        viewer.person(case, person),
        row.updated_at,
        None,
        (),
        place_seen=viewer.sees_place(case, person),
        telling=Telling(case, viewer.sight(case)),
    )


def _resource(kind: str, found: CaseFile, known: names.Directory, clock: CaseClock) -> dict[str, Any]:
    referral = found.case.referral
    referrer = organisation_facts(known.organisations.get(referral.organisation_id) if referral else None)
    modified = clock.case_time(found.updated_at)
    make = resources.service_request if kind == SERVICE_REQUEST else resources.task
    return make(found.case, found.telling, person_facts(found.person, None), referrer, modified)


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
        seen, sight = await seen_person(session, await viewer_of(session, caller), person)
        if "spells" not in sight.case:
            raise HomewardError("not-found")
        facts = person_facts(seen, None)
        return resources.encounter(case_spell(row), facts, organisation_facts(provider), row.visit_number)


async def patient(services: Services, caller: Principal, person_id: UUID) -> dict[str, Any]:
    """A person. Raises not-found."""
    async with services.begin(caller) as session:
        person = await session.get(Person, person_id)
        if person is None:
            raise HomewardError("not-found")
        await looked(session, caller, "Patient", (), [person.id])
        seen, sight = await seen_person(session, await viewer_of(session, caller), person)
        if not sight.person:
            raise HomewardError("not-found")
        own = await own_numbers(session, caller.organisation_id, person.id)
        address = await home_address(session, person) if sight.address else None
        return patient_resource(person_facts(seen, address, own, sight))


async def own_numbers(
    session: AsyncSession, organisation_id: UUID, person_id: UUID
) -> tuple[LocalNumber, ...]:
    """The numbers that an organisation itself gave a person: nobody else's are shown to it."""
    rows = await session.scalars(
        select(PersonIdentifier)
        .where(PersonIdentifier.person_id == person_id, PersonIdentifier.organisation_id == organisation_id)
        .order_by(PersonIdentifier.authority, PersonIdentifier.value)
    )
    return tuple(LocalNumber(row.authority, row.value) for row in rows)


def person_facts(
    person: Person,
    address: PersonAddress | None,
    own: tuple[LocalNumber, ...] = (),
    sight: Sight = EVERYTHING,
) -> PersonFacts:
    """What the record knows of a person and the reader sees, as FHIR needs it."""
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
        local_numbers=own,
        sight=sight,
    )


def organisation_facts(row: Organisation | None) -> OrganisationFacts | None:
    """How an organisation is named."""
    return OrganisationFacts(row.id, row.code, row.name, row.ods_code) if row else None
