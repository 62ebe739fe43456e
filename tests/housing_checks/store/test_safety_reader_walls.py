"""Each condition of the two questions that tell nothing: does anybody read it, and who has nobody named."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from discharge.store.engine import transaction
from discharge.store.tables import Person, ReferralRequestRow
from housing_checks.store import safety_advisers
from tests.fixtures.cases import open_case
from tests.fixtures.postgres import Places
from tests.fixtures.safety import AT, appointed, somebody


async def change(owner: AsyncEngine, statement: str, **values: Any) -> None:
    async with transaction(owner) as session:
        await session.execute(text(statement), values)


async def reader(api: AsyncEngine, organisation_id: UUID, case_id: UUID) -> bool:
    async with transaction(api, organisation_id=organisation_id) as session:
        return await safety_advisers.has_reader(session, case_id)


MOVED = "UPDATE users SET organisation_id = :to WHERE id = :who"
PART = "UPDATE case_participants SET {} WHERE organisation_id = :organisation AND case_id = :case"
TODAY_ON = "from_on = homeward_today(), until_on = NULL"


@pytest.fixture
async def cases(worker: AsyncEngine, places: Places, person_id: UUID) -> tuple[UUID, UUID]:
    """A case of the trust, the housing service and a landlord, and one of a stranger and the landlord."""
    async with transaction(worker) as session:
        other = Person(id=uuid4(), family_name="Other")
        session.add(other)
    case = (await open_case(worker, person_id, places.trust, places.housing, places.landlord)).case_id
    return case, (await open_case(worker, other.id, places.stranger, places.landlord)).case_id


async def test_given_an_adviser_then_who_writes_in_a_case_that_they_follow_today_has_a_reader(
    api: AsyncEngine, owner: AsyncEngine, places: Places, cases: tuple[UUID, UUID]
) -> None:
    case, elsewhere = cases
    adviser = await somebody(owner, places.housing, "Ida")
    appointment = await appointed(api, owner, adviser)
    assert await reader(api, places.trust, case)
    assert not await reader(api, places.stranger, elsewhere), "an adviser of another case"
    assert not await reader(api, places.stranger, case), "who takes no part is told nothing"

    ids = {"organisation": places.housing, "case": case}
    for dates, found in (
        ("until_on = homeward_today()", False),
        ("until_on = homeward_today() + 1", True),
        ("until_on = NULL, from_on = homeward_today() + 1", False),
        (TODAY_ON, True),
    ):
        await change(owner, PART.format(dates), **ids)
        assert await reader(api, places.trust, case) is found, dates
    for relation, found in (("council", False), ("responsible-trust", True), ("housing-lead", True)):
        await change(owner, PART.format("relation = :relation"), relation=relation, **ids)
        assert await reader(api, places.trust, case) is found, relation

    await change(owner, MOVED, to=places.landlord, who=adviser.user_id)
    assert not await reader(api, places.trust, case)
    await change(owner, MOVED, to=places.housing, who=adviser.user_id)
    await change(owner, "UPDATE users SET disabled_at = now() WHERE id = :id", id=adviser.user_id)
    assert not await reader(api, places.trust, case)
    await change(owner, "UPDATE users SET disabled_at = NULL WHERE id = :id", id=adviser.user_id)
    await change(owner, "UPDATE safety_advisers SET ended_at = now() WHERE id = :id", id=appointment)
    assert not await reader(api, places.trust, case)
    await appointed(api, owner, await somebody(owner, places.landlord, "Lea"))
    assert await reader(api, places.landlord, case), "its own adviser, who leads nothing"
    assert not await reader(api, places.trust, case)


async def test_given_a_request_then_its_sender_alone_hears_whether_an_adviser_of_the_service_reads_it(
    api: AsyncEngine, owner: AsyncEngine, places: Places
) -> None:
    asked, other = uuid4(), uuid4()
    async with transaction(owner) as session:
        for request_id, service in ((asked, places.housing), (other, places.landlord)):
            session.add(
                ReferralRequestRow(
                    id=request_id,
                    sender_id=places.stranger,
                    service_id=service,
                    role="r",
                    client_id="c",
                    client_key=str(request_id),
                    body_hash="h",
                    said={},
                    requested_at=AT,
                    due_at=AT,
                )
            )
    assert not await reader(api, places.stranger, asked)
    adviser = await somebody(owner, places.housing, "Ida")
    appointment = await appointed(api, owner, adviser)
    assert await reader(api, places.stranger, asked)
    assert not await reader(api, places.stranger, other)
    assert not await reader(api, places.housing, asked)
    await change(owner, MOVED, to=places.landlord, who=adviser.user_id)
    assert not await reader(api, places.stranger, asked)
    await change(owner, MOVED, to=places.housing, who=adviser.user_id)
    await change(owner, "UPDATE users SET disabled_at = now() WHERE id = :id", id=adviser.user_id)
    assert not await reader(api, places.stranger, asked)
    await change(owner, "UPDATE users SET disabled_at = NULL WHERE id = :id", id=adviser.user_id)
    await change(owner, "UPDATE safety_advisers SET ended_at = now() WHERE id = :id", id=appointment)
    assert not await reader(api, places.stranger, asked)


UNNAMED = (
    "SELECT organisation_id, named FROM homeward_safety_unnamed("
    "ARRAY['coordinator'], ARRAY['housing-health'], ARRAY['landlord', 'responsible-trust'])"
)


@pytest.mark.usefixtures("cases")
async def test_given_people_who_may_write_then_each_organisation_is_told_of_with_whether_anybody_is_named(
    api: AsyncEngine,
    owner: AsyncEngine,
    worker: AsyncEngine,
    places: Places,
) -> None:
    async def asks(engine: AsyncEngine, organisation_id: UUID | None = None) -> dict[UUID, bool]:
        async with transaction(engine, organisation_id=organisation_id) as session:
            return {row[0]: row[1] for row in await session.execute(text(UNNAMED))}

    assert await asks(worker) == {}, "nobody signs in"
    housing = await somebody(owner, places.housing, "Hugh")
    assert await asks(worker) == {places.housing: False}, "by its kind"
    landlord = await somebody(owner, places.landlord, "Lea", "admin")
    part = "UPDATE case_participants SET {} WHERE organisation_id = :who"
    ids = {"who": places.landlord}
    await change(owner, part.format("relation = 'landlord'"), **ids)
    assert await asks(worker) == {places.housing: False}, "nobody there may write"
    await change(owner, "UPDATE users SET role = 'coordinator' WHERE id = :id", id=landlord.user_id)
    for dates, told in (
        ("relation = 'supplier'", False),
        ("relation = 'landlord'", True),
        ("until_on = homeward_today()", False),
        ("until_on = homeward_today() + 1", True),
        ("until_on = NULL, from_on = homeward_today() + 1", False),
        (TODAY_ON, True),
    ):
        await change(owner, part.format(dates), **ids)
        assert (places.landlord in await asks(worker)) is told, dates
    assert await asks(worker) == {places.housing: False, places.landlord: False}
    assert await asks(api, places.housing) == {places.housing: False}, "it hears of itself alone"

    appointment = await appointed(api, owner, housing)
    assert await asks(worker) == {places.housing: True, places.landlord: False}
    await somebody(owner, places.housing, "Colleague")
    await change(owner, MOVED, to=places.stranger, who=housing.user_id)
    assert (await asks(worker))[places.housing] is False
    await change(owner, MOVED, to=places.housing, who=housing.user_id)
    await change(owner, "UPDATE users SET disabled_at = now() WHERE id = :id", id=housing.user_id)
    assert (await asks(worker))[places.housing] is False
    await change(owner, "UPDATE users SET disabled_at = NULL WHERE id = :id", id=housing.user_id)
    await change(owner, "UPDATE safety_advisers SET ended_at = now() WHERE id = :id", id=appointment)
    assert (await asks(worker))[places.housing] is False
    out = "UPDATE users SET disabled_at = now() WHERE organisation_id = :who"
    await change(owner, out, who=places.landlord)
    assert await asks(worker) == {places.housing: False}


async def test_given_the_worker_then_it_asks_for_nobody_s_reader(worker: AsyncEngine) -> None:
    with pytest.raises(DBAPIError, match="permission denied"):
        await reader(worker, uuid4(), uuid4())
