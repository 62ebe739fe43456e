"""Who may read a document: statements here are raw SQL, as a bug in a door would send them."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from discharge.store.engine import transaction
from discharge.store.tables import DocumentRow
from tests.fixtures.cases import open_case
from tests.fixtures.postgres import Places


@pytest.fixture
async def document(worker: AsyncEngine, places: Places, person_id: UUID) -> UUID:
    """A document of the trust about somebody whose case the housing service and a landlord take part in."""
    await open_case(worker, person_id, places.trust, places.housing, places.landlord)
    written = DocumentRow(
        id=uuid4(),
        organisation_id=places.trust,
        person_id=person_id,
        inbox_id=uuid4(),
        kind="document",
        number="D1",
    )
    async with transaction(worker) as session:
        session.add(written)
        return written.id


async def readers(api: AsyncEngine, places: Places) -> set[str]:
    found = set()
    for name, organisation_id in vars(places).items():
        async with transaction(api, organisation_id=organisation_id) as session:
            if await session.scalar(text("SELECT count(*) FROM documents")):
                found.add(name)
    return found


async def change(worker: AsyncEngine, statement: str) -> None:
    async with transaction(worker) as session:
        await session.execute(text(statement))


async def test_given_a_document_then_its_writer_and_who_takes_referrals_read_it_and_no_supplier(
    api: AsyncEngine, places: Places, document: UUID
) -> None:
    assert await readers(api, places) == {"trust", "housing"}


async def test_given_a_restricted_document_then_only_its_writer_reads_it(
    api: AsyncEngine, worker: AsyncEngine, places: Places, document: UUID
) -> None:
    await change(worker, "UPDATE documents SET sensitivity = 'restricted'")

    assert await readers(api, places) == {"trust"}


@pytest.mark.parametrize("column", ["location_hidden = true", "sensitivity = 'restricted'"])
async def test_given_a_person_who_is_hidden_then_nobody_at_a_door_reads_it(
    api: AsyncEngine, worker: AsyncEngine, places: Places, document: UUID, column: str
) -> None:
    await change(worker, f"UPDATE persons SET {column}")

    assert await readers(api, places) == set()


async def test_given_a_service_that_left_the_case_then_it_reads_nothing_more(
    api: AsyncEngine, worker: AsyncEngine, places: Places, document: UUID
) -> None:
    await change(
        worker, "UPDATE case_participants SET until_on = homeward_today() WHERE role = 'housing-health'"
    )

    assert await readers(api, places) == {"trust"}


@pytest.mark.parametrize(
    "statement",
    ["DELETE FROM documents", "UPDATE documents SET title = 'x'", "DELETE FROM unmapped_values"],
)
async def test_given_a_door_then_it_changes_no_document(
    api: AsyncEngine, places: Places, document: UUID, statement: str
) -> None:
    with pytest.raises(DBAPIError) as caught:
        async with transaction(api, organisation_id=places.trust) as session:
            await session.execute(text(statement))
    assert getattr(caught.value.orig, "sqlstate", "") == "42501"
