"""What a door may ask across the walls, asked as the api role."""

from __future__ import annotations

import asyncio
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from discharge.cases import events as ev
from discharge.cases.commands import Refer
from discharge.cases.model import Case
from discharge.errors import HomewardError
from discharge.store.commands import NewCommand, take
from discharge.store.engine import transaction
from discharge.store.tables import Person, PersonAddress, PersonIdentifier
from tests.fixtures.cases import TODAY, open_case, recorded, request
from tests.fixtures.postgres import Places

BORN = date(1941, 5, 2)
NUMBER = "9990000018"


async def resolve(session: AsyncSession, number: str | None = NUMBER, **more: Any) -> UUID:
    said = {"p_family_name": "Ashdown", "p_given_name": "Ada", "p_birth_date": BORN, **more}
    names = ", ".join(f"{name} => :{name}" for name in said)
    query = text(f"SELECT homeward_resolve_person(p_nhs_number => :number, {names})")
    found: UUID = (await session.execute(query, {"number": number, **said})).scalar_one()
    return found


async def resolved(api: AsyncEngine, organisation_id: UUID, number: str | None = NUMBER, **more: Any) -> UUID:
    async with transaction(api, organisation_id=organisation_id) as session:
        return await resolve(session, number, **more)


async def test_a_person_known_by_nhs_number_is_found_though_the_asker_may_not_read_them(
    api: AsyncEngine, places: Places, person_id: UUID
) -> None:
    assert await resolved(api, places.stranger) == person_id
    async with transaction(api, organisation_id=places.stranger) as session:
        assert (await session.scalars(select(Person))).all() == []


async def test_an_nhs_number_with_another_birth_date_is_nobody_for_sure(
    api: AsyncEngine, places: Places, person_id: UUID
) -> None:
    with pytest.raises(HomewardError) as caught:
        await resolved(api, places.trust, p_birth_date=date(1950, 1, 1))
    assert caught.value.code == "patient-mismatch"


async def test_a_number_that_points_at_one_and_a_local_number_that_points_at_another_is_a_mismatch(
    api: AsyncEngine, worker: AsyncEngine, places: Places, person_id: UUID
) -> None:
    async with transaction(worker) as session:
        other = Person(id=uuid4(), family_name="Brook")
        session.add(other)
        await session.flush()
        session.add(
            PersonIdentifier(person_id=other.id, organisation_id=places.trust, authority="RXH", value="77")
        )
    with pytest.raises(HomewardError) as caught:
        await resolved(api, places.trust, p_authority="RXH", p_local_number="77")
    assert caught.value.code == "patient-mismatch"


async def test_somebody_unknown_is_made_once_and_found_by_the_trusts_own_number_later(
    api: AsyncEngine, worker: AsyncEngine, places: Places
) -> None:
    own = {"p_authority": "RXH", "p_local_number": "12345"}
    made = await resolved(api, places.trust, None, **own, p_address="2 High St", p_postcode="ZZ99 3VZ")
    assert await resolved(api, places.trust, None, **own) == made
    assert await resolved(api, places.stranger, None, **own) != made
    async with transaction(worker) as session:
        assert (await session.scalars(select(PersonAddress.lines))).all() == ["2 High St"]


async def test_a_merged_person_is_found_as_the_one_that_is_left(
    api: AsyncEngine, worker: AsyncEngine, places: Places, person_id: UUID
) -> None:
    made = await resolved(api, places.trust, None, p_local_number="1")
    async with transaction(worker) as session:
        merged = text("UPDATE persons SET merged_into = :into WHERE id = :id")
        await session.execute(merged, {"into": person_id, "id": made})
    assert await resolved(api, places.trust, None, p_local_number="1") == person_id


async def test_two_doors_at_once_make_one_person(
    api: AsyncEngine, worker: AsyncEngine, places: Places
) -> None:
    doors = (resolved(api, places.trust if turn % 2 else places.stranger) for turn in range(6))
    assert len(set(await asyncio.gather(*doors))) == 1
    async with transaction(worker) as session:
        assert await session.scalar(select(func.count()).select_from(Person)) == 1


async def test_without_an_organisation_nobody_is_resolved(api: AsyncEngine, person_id: UUID) -> None:
    with pytest.raises(HomewardError) as caught:
        async with transaction(api) as session:
            await resolve(session)
    assert caught.value.code == "not-signed-in"


async def case_to_join(session: AsyncSession, person_id: UUID, spell_id: UUID | None = None) -> UUID | None:
    found: UUID | None = await session.scalar(select(func.homeward_open_case(person_id, spell_id)))
    return found


async def test_a_referral_joins_the_open_case_and_no_closed_one(
    api: AsyncEngine, worker: AsyncEngine, places: Places, person_id: UUID
) -> None:
    case = await open_case(worker, person_id, places.trust)
    async with transaction(api, organisation_id=places.stranger) as session:
        assert await case_to_join(session, person_id) == case.case_id
    closed = ev.CaseClosed(closed_on=TODAY, outcome="fit-as-it-is")
    await recorded(worker, request(case, places.trust, closed))
    async with transaction(api, organisation_id=places.trust) as session:
        assert await case_to_join(session, person_id) is None


async def test_a_referral_joins_the_case_of_a_person_who_was_merged_into_this_one(
    api: AsyncEngine, worker: AsyncEngine, places: Places, person_id: UUID
) -> None:
    case = await open_case(worker, person_id, places.trust)
    async with transaction(worker) as session:
        survivor = Person(id=uuid4(), family_name="Ashdown")
        session.add(survivor)
        await session.flush()
        retired = await session.get_one(Person, person_id)
        retired.merged_into = survivor.id
    async with transaction(api, organisation_id=places.trust) as session:
        assert await case_to_join(session, survivor.id) == case.case_id


async def test_two_referrals_at_once_agree_on_one_case_before_it_exists(
    api: AsyncEngine, places: Places, person_id: UUID
) -> None:
    async def refer(key: str) -> UUID:
        async with transaction(api, organisation_id=places.trust) as session:
            case_id = await case_to_join(session, person_id) or uuid4()
            command = Refer(person_id=person_id, organisation_id=places.trust)
            given = request(Case(case_id=case_id), places.trust, command=command)
            await take(session, NewCommand(given.envelope, "ward", key, "hash"))
            return case_id

    assert len(set(await asyncio.gather(*(refer(str(number)) for number in range(5))))) == 1
