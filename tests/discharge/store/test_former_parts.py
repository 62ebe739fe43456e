"""Whether an organisation may refer a person by itself, by a part that it has or had."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from discharge.cases.events import CaseClosed
from discharge.store.engine import transaction
from tests.fixtures.cases import TODAY, open_case, recorded, request
from tests.fixtures.postgres import Places


async def has_part(worker: AsyncEngine, organisation: UUID, person: UUID) -> bool:
    asked = text("SELECT homeward_has_part(:organisation, :person)")
    async with transaction(worker) as session:
        return bool(await session.scalar(asked, {"organisation": organisation, "person": person}))


async def test_given_a_part_in_an_earlier_case_when_others_open_a_new_one_then_it_is_no_key_to_that(
    worker: AsyncEngine, places: Places, person_id: UUID
) -> None:
    earlier = await open_case(worker, person_id, places.stranger, places.housing)
    assert await has_part(worker, places.stranger, person_id)

    closed = CaseClosed(closed_on=TODAY, outcome="withdrawn")
    await recorded(worker, request(earlier, places.housing, closed))
    assert await has_part(worker, places.stranger, person_id)

    await open_case(worker, person_id, places.trust, places.housing)
    assert not await has_part(worker, places.stranger, person_id)
    assert await has_part(worker, places.trust, person_id)
