"""Documents for the FHIR interface, each look noted: the walls and the sensitivity are those of the pages."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from api.fhir_reading import MOST, organisation_facts, person_meant
from api.presenters.documents import is_cancelled, is_current, readable_content
from api.principals import Principal
from api.reading import names
from api.reading.documents import documents_about, one_document
from api.services import Services
from discharge.errors import HomewardError
from discharge.store.tables import DocumentRow, Person
from fhir_adapters.fhir.documents import DocumentFacts
from fhir_adapters.fhir.documents import binary as binary_resource
from fhir_adapters.fhir.documents import document_reference as reference_resource


async def document_reference(services: Services, caller: Principal, document_id: UUID) -> dict[str, Any]:
    """What is known of a document. Raises not-found."""
    async with services.begin(caller) as session:
        row = await one_document(session, caller, document_id, "DocumentReference")
        return reference_resource(await _facts(session, row), _base(services))


async def find_document_references(
    services: Services, caller: Principal, subject: str, document_id: str
) -> list[dict[str, Any]]:
    """The documents of a person, or the one with this id; none where neither is given."""
    async with services.begin(caller) as session:
        people = select(Person.id).where(person_meant(subject)).limit(MOST) if subject else None
        meant = (await session.scalars(people)).all() if people is not None else ()
        rows = await documents_about(session, caller, meant, "DocumentReference")
        if document_id and not subject:
            rows = await _one(session, caller, document_id)
        wanted = [row for row in rows if document_id in ("", str(row.id))]
        return [reference_resource(await _facts(session, row), _base(services)) for row in wanted]


async def _one(session: AsyncSession, caller: Principal, document_id: str) -> list[DocumentRow]:
    try:
        return [await one_document(session, caller, UUID(document_id), "DocumentReference")]
    except (HomewardError, ValueError):
        return []


async def binary(services: Services, caller: Principal, document_id: UUID) -> dict[str, Any]:
    """The content of a document that may be opened. Raises not-found."""
    async with services.begin(caller) as session:
        row = await one_document(session, caller, document_id, "Binary")
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


def _base(services: Services) -> str:
    return f"{services.settings.public_url}/fhir/R4"
