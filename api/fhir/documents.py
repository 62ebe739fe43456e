"""Documents for the FHIR interface, each look noted: the walls and the sensitivity are those of the pages."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from api.documents.queries import documents_about, one_document
from api.documents.views import is_cancelled, is_current, readable_content
from api.fhir.cases import fhir_base, organisation_facts
from api.fhir.model import FhirSearch, Resource, ResourceType, SearchPage
from api.fhir.parameters import PERSON
from api.fhir.queries import CaseQueries, person_named
from api.web import names
from api.web.principals import Principal
from api.web.services import Services
from discharge.errors import HomewardError
from discharge.store.tables import DocumentRow, Person
from fhir_adapters.fhir.documents import DocumentFacts
from fhir_adapters.fhir.documents import binary as binary_resource
from fhir_adapters.fhir.documents import document_reference as reference_resource

MOST_PEOPLE = 50


async def document_reference(
    services: Services, caller: Principal, kind: ResourceType, document_id: UUID
) -> Resource:
    """What is known of a document. Raises not-found."""
    async with services.begin(caller) as session:
        row = await one_document(session, caller, document_id, kind.name)
        return reference_resource(await _facts(session, row), fhir_base(services))


async def find_document_references(services: Services, caller: Principal, search: FhirSearch) -> SearchPage:
    """The page of a search for documents: of a person, or by id. Raises search-parameter for neither."""
    if not search.conditions:
        raise HomewardError("search-parameter", detail="name a patient or an _id", where="patient")
    asker = CaseQueries(caller, fhir_base(services), await services.clock(), DocumentRow.id)
    meant = [
        or_(*(person_named(asker, value, each.written) for value in each.values))
        for each in search.of(person.name for person in PERSON)
    ]
    ids = [set(each.values) for each in search.of(["_id"])]
    what = search.kind.name
    async with services.begin(caller) as session:
        rows = (
            await _of_people(session, caller, meant, what)
            if meant
            else await _by_id(session, caller, ids[0], what)
        )
        wanted = [row for row in rows if all(str(row.id) in each for each in ids)]
        page = wanted[search.offset : search.offset + search.count]
        found = [reference_resource(await _facts(session, row), fhir_base(services)) for row in page]
        return SearchPage(found, len(wanted))


async def _of_people(
    session: AsyncSession, caller: Principal, meant: list[ColumnElement[bool]], what: str
) -> list[DocumentRow]:
    people = await session.scalars(select(Person.id).where(*meant).limit(MOST_PEOPLE))
    return await documents_about(session, caller, people.all(), what)


async def _by_id(session: AsyncSession, caller: Principal, ids: set[str], what: str) -> list[DocumentRow]:
    """Those that exist and may be seen; no other is found."""
    found = []
    for one in sorted(ids):
        try:
            found.append(await one_document(session, caller, UUID(one), what))
        except ValueError:
            continue
        except HomewardError as error:
            if error.code != "not-found":
                raise
    return found


async def binary(services: Services, caller: Principal, kind: ResourceType, document_id: UUID) -> Resource:
    """The content of a document that may be opened. Raises not-found."""
    async with services.begin(caller) as session:
        row = await one_document(session, caller, document_id, kind.name)
        held = readable_content(row)
        if held is None or not is_current(row):
            raise HomewardError("not-found")
        return binary_resource(await _facts(session, row), held[1])


async def _facts(session: AsyncSession, row: DocumentRow) -> DocumentFacts:
    known = await names.directory(session)
    held = "text/plain" if row.content_type is None and row.answers is not None else row.content_type
    return DocumentFacts(
        document_id=row.id,
        person_id=row.person_id,
        number=row.number,
        form=row.kind == "form",
        current=is_current(row),
        cancelled=is_cancelled(row),
        type_code=row.type_code,
        title=row.title,
        completion=row.completion,
        confidentiality=row.confidentiality,
        relation=row.relation,
        parent_number=row.parent_number,
        written_at=row.written_at or row.stated_at,
        content_type=held,
        custodian=organisation_facts(known.organisations.get(row.organisation_id)),
    )
