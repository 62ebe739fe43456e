"""Cases, stays and people for the FHIR interface, each look noted; a page of a search is one look."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from api.cases import queries as case_queries
from api.cases.queries import CaseFile, home_address
from api.cases.viewer import Viewer, seen_person, viewer_of
from api.fhir.model import CasePart, FhirSearch, Resource, ResourceType, SearchPage
from api.fhir.queries import CaseQueries
from api.looks.notes import looked
from api.web import names
from api.web.paging import written_out
from api.web.principals import Principal
from api.web.services import Services
from discharge.cases.model import SNAPSHOT
from discharge.clocks import CaseClock
from discharge.errors import HomewardError
from discharge.sight import EVERYTHING, Sight
from discharge.store.tables import CaseRow, Organisation, Person, PersonAddress, PersonIdentifier, Spell
from fhir_adapters.fhir import resources
from fhir_adapters.fhir.people import LocalNumber, OrganisationFacts, PersonFacts
from fhir_adapters.fhir.people import patient as patient_resource
from fhir_adapters.store.referral_commands import case_spell

TRACED = frozenset({"NSTS01", "01", "1"})


def fhir_base(services: Services) -> str:
    """The address of this interface."""
    return f"{services.settings.public_url}/fhir/R4"


async def read(services: Services, caller: Principal, kind: ResourceType, resource_id: UUID) -> Resource:
    """A case, or a part of one, as a resource of a type. Raises not-found."""
    clock = await services.clock()
    async with services.begin(caller) as session:
        case_id = await _case_of(session, kind.part, resource_id) if kind.part else resource_id
        found = await case_queries.read_case(session, caller, case_id, kind.name, kind.action)
        known = await names.directory(session)
        loaded = await _beside(session, kind, [resource_id])
        return _resource(kind, found, resource_id, known, clock, loaded)


async def _case_of(session: AsyncSession, part: CasePart, part_id: UUID) -> UUID:
    statement = select(part.table.case_id).where(part.id == part_id, part.only)
    case_id: UUID | None = await session.scalar(statement)
    if case_id is None:
        raise HomewardError("not-found")
    return case_id


async def _beside(session: AsyncSession, kind: ResourceType, ids: Collection[UUID]) -> Mapping[UUID, Any]:
    """Parts of cases that are loaded beside them."""
    load = kind.part.load if kind.part else None
    return await load(session, ids) if load is not None and ids else {}


async def find(services: Services, caller: Principal, search: FhirSearch) -> SearchPage:
    """The page of a search for what cases are or have, of the newest referral first. Raises search-parameter,
    filter-not-seen.
    """
    clock = await services.clock()
    async with services.begin(caller) as session:
        viewer = await viewer_of(session, caller)
        asker = CaseQueries(caller, fhir_base(services), clock, _key(search.kind), viewer)
        unseen, fitting = _not_searched(viewer, search), fitting_ids(asker, search)
        total = await session.scalar(select(func.count()).select_from(fitting.subquery())) or 0
        rows = (await session.execute(_page(fitting, search))).all()
        await looked(
            session,
            caller,
            f"search for {search.kind.name}",
            dict.fromkeys(row.id for row, _, _ in rows),
            dict.fromkeys(person.id for _, person, _ in rows),
        )
        known = await names.directory(session)
        loaded = await _beside(session, search.kind, [key for _, _, key in rows])
        shown = [
            _resource(search.kind, _listed(viewer, row, person), key, known, clock, loaded)
            for row, person, key in rows
        ]
        return SearchPage(shown, total, unseen)


def _key(kind: ResourceType) -> Any:
    return kind.part.id if kind.part else CaseRow.id


def fitting_ids(asker: CaseQueries, search: FhirSearch) -> Select[UUID, UUID]:
    """The ids of cases, and of what is sought in them, that fulfil every condition."""
    conditions = [
        or_(*(each.parameter.condition(asker, value, each.written) for value in each.values))
        for each in search.conditions
    ]
    fitting = select(CaseRow.id, asker.key.label("key"))
    if (part := search.kind.part) is not None:
        fitting = fitting.join_from(CaseRow, part.table, part.table.case_id == CaseRow.id)
        fitting = fitting.where(asker.sees(part.field), part.only)
    return fitting.where(*conditions)


def _page(fitting: Select[UUID, UUID], search: FhirSearch) -> Select[CaseRow, Person, UUID]:
    """The cases of one page with their people, chosen before the people are looked at: whoever sees a case
    sees its person, and PostgreSQL would ask so of every case there is.
    """
    newest = (CaseRow.referred_on.desc(), CaseRow.id)
    chosen = (
        fitting.order_by(*newest, fitting.selected_columns.key)
        .limit(written_out(search.count))
        .offset(written_out(search.offset))
        .subquery()
    )
    cases = select(CaseRow, Person, chosen.c.key).join(chosen, chosen.c.id == CaseRow.id)
    return cases.join(Person, Person.id == CaseRow.person_id).order_by(*newest, chosen.c.key)


def _not_searched(viewer: Viewer, search: FhirSearch) -> tuple[str, ...]:
    """Conditions on what the caller does not see in every case. Raises filter-not-seen for one on what they
    see in none; a part that they do not see is a condition, too.
    """
    part = search.kind.part
    asked = [(each.written, each.parameter.looks_at(each.values)) for each in search.conditions]
    asked += [(search.kind.name, ((part.field,),))] if part else []
    found = []
    for name, ways in asked:
        if ways and all(viewer.sees_in_none(*fields) for fields in ways):
            raise HomewardError("filter-not-seen", detail=", ".join(ways[0]), where=name)
        if not all(viewer.sees_in_every(*fields) for fields in ways):
            found.append(name)
    return tuple(dict.fromkeys(found))


def _listed(viewer: Viewer, row: CaseRow, person: Person) -> CaseFile:
    """A case on a list, as much of it as the caller sees; its resources hold no address."""
    seen = viewer.looks_at(SNAPSHOT.read(row.snapshot), person)
    return CaseFile(
        seen.case,
        seen.person,
        row.updated_at,
        None,
        (),
        place_seen=seen.place,
        telling=seen.telling,
    )


def _resource(
    kind: ResourceType,
    found: CaseFile,
    key: UUID,
    known: names.Directory,
    clock: CaseClock,
    loaded: Mapping[UUID, Any],
) -> Resource:
    """The resource of a type that the case is, or that its part with this id is. Raises not-found."""
    person = person_facts(found.person, None)
    if (part := kind.part) is not None:
        held = part.records(found.case) if part.records is not None else loaded
        if key not in held or not found.telling.holds(part.field):
            raise HomewardError("not-found")
        return part.make(held[key], found.telling, person)
    if kind.whole is None:
        raise LookupError(kind.name)
    referral = found.case.referral
    referrer = organisation_facts(known.organisations.get(referral.organisation_id) if referral else None)
    return kind.whole(found.case, found.telling, person, referrer, clock.case_time(found.updated_at))


async def encounter(services: Services, caller: Principal, kind: ResourceType, spell_id: UUID) -> Resource:
    """A hospital stay. Raises not-found."""
    async with services.begin(caller) as session:
        row = await session.get(Spell, spell_id)
        person = await session.get(Person, row.person_id) if row else None
        if row is None or person is None:
            raise HomewardError("not-found")
        await looked(session, caller, kind.name, (), [person.id])
        known = await names.directory(session)
        provider = known.organisations.get(row.organisation_id)
        seen, sight = await seen_person(session, await viewer_of(session, caller), person)
        if "spells" not in sight.case:
            raise HomewardError("not-found")
        facts = person_facts(seen, None)
        return resources.encounter(case_spell(row), facts, organisation_facts(provider), row.visit_number)


async def patient(services: Services, caller: Principal, kind: ResourceType, person_id: UUID) -> Resource:
    """A person. Raises not-found."""
    async with services.begin(caller) as session:
        person = await session.get(Person, person_id)
        if person is None:
            raise HomewardError("not-found")
        await looked(session, caller, kind.name, (), [person.id])
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
