"""Whom to call is behind PostgreSQL's walls: who reads and writes a contact, and whose number is marked."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import ARRAY, Text, cast, func, insert, select, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from discharge.store.engine import transaction
from discharge.store.tables import ContactEntry, Person, User
from tests.fixtures.cases import TODAY, open_case
from tests.fixtures.postgres import Places

PHONE, SAID = "01632 960001", "(01632) 960 001"
NURSE = uuid4()


@pytest.fixture
async def case_id(worker: AsyncEngine, places: Places, person_id: UUID) -> UUID:
    async with transaction(worker) as session:
        session.add(
            User(
                id=NURSE,
                issuer="i",
                subject="nurse",
                display_name="N",
                role="discharge-team",
                organisation_id=places.trust,
            )
        )
    return (await open_case(worker, person_id, places.trust, places.housing, places.landlord)).case_id


def row(case_id: UUID, organisation_id: UUID, **changes: Any) -> ContactEntry:
    values: dict[str, Any] = {
        "case_id": case_id, "contact_id": uuid4(), "number": 1, "entry": "recorded", "role": "carer",
        "name": "Ruth Ashdown", "phone": PHONE, "source": "tried", "said_on": TODAY,
        "organisation_id": organisation_id, "recorded_by": NURSE,
    }  # fmt: skip
    return ContactEntry(**values | changes)


async def written(engine: AsyncEngine, made: ContactEntry, **tenant: Any) -> None:
    async with transaction(engine, **tenant) as session:
        session.add(made)


async def read(api: AsyncEngine, organisation_id: UUID) -> int:
    async with transaction(api, organisation_id=organisation_id, user_id=NURSE) as session:
        return len((await session.scalars(select(ContactEntry.id))).all())


async def part_of(worker: AsyncEngine, organisation_id: UUID, **changes: Any) -> None:
    sets = ", ".join(f"{name} = :{name}" for name in changes)
    async with transaction(worker) as session:
        await session.execute(
            text(f"UPDATE case_participants SET {sets} WHERE organisation_id = :who"),
            {**changes, "who": organisation_id},
        )


async def today(worker: AsyncEngine) -> Any:
    async with transaction(worker) as session:
        return await session.scalar(text("SELECT homeward_today()"))


async def test_given_a_contact_then_those_who_care_read_it_and_of_another_case_or_hidden_person_nobody(
    api: AsyncEngine, worker: AsyncEngine, places: Places, case_id: UUID
) -> None:
    async with transaction(worker) as session:
        other = Person(id=uuid4(), family_name="Other")
        session.add(other)
    elsewhere = (await open_case(worker, other.id, places.trust, places.stranger)).case_id
    await written(worker, row(case_id, places.trust))
    await written(worker, row(elsewhere, places.stranger))
    everybody = (places.trust, places.housing, places.landlord, places.stranger)
    assert [await read(api, each) for each in everybody] == [2, 1, 0, 1]
    hide = update(Person).where(Person.id != other.id).values(hidden_by_feed=True)
    async with transaction(worker) as session:
        await session.execute(hide)
    assert [await read(api, each) for each in everybody] == [1, 0, 0, 1]


async def test_given_a_restricted_contact_then_who_recorded_it_and_the_housing_lead_read_it(
    api: AsyncEngine, worker: AsyncEngine, places: Places, case_id: UUID
) -> None:
    await part_of(worker, places.landlord, relation="council")
    await written(worker, row(case_id, places.trust, sensitivity="restricted"))
    await written(worker, row(case_id, places.landlord, sensitivity="restricted"))
    who = (places.trust, places.landlord, places.housing)
    assert [await read(api, each) for each in who] == [1, 1, 2]
    await written(worker, row(case_id, places.housing))
    assert [await read(api, each) for each in who] == [2, 2, 3], "an ordinary one is for all of them"


async def test_given_a_part_that_has_not_begun_or_is_over_then_no_contact_is_read_or_written(
    api: AsyncEngine, worker: AsyncEngine, places: Places, case_id: UUID
) -> None:
    await written(worker, row(case_id, places.trust))
    now = await today(worker)
    for dates, count in (
        ({"from_on": now, "until_on": None}, 1),
        ({"from_on": now - timedelta(days=2), "until_on": now + timedelta(days=1)}, 1),
        ({"from_on": now - timedelta(days=2), "until_on": now}, 0),
        ({"from_on": now + timedelta(days=1), "until_on": None}, 0),
    ):
        await part_of(worker, places.trust, **dates)
        assert (await read(api, places.trust) > 0) is bool(count), dates
        if count:
            await added(api, row(case_id, places.trust), places.trust)
            continue
        with pytest.raises(DBAPIError, match="row-level security"):
            await added(api, row(case_id, places.trust), places.trust)


async def added(api: AsyncEngine, made: ContactEntry, organisation_id: UUID) -> None:
    """Write without reading back, so that the wall of writing alone is asked."""
    values = {
        each.key: getattr(made, each.key)
        for each in ContactEntry.__mapper__.column_attrs
        if getattr(made, each.key) is not None
    }
    async with transaction(api, organisation_id=organisation_id, user_id=NURSE) as session:
        connection = await session.connection()
        await connection.execute(insert(ContactEntry).inline().values(id=uuid4(), **values))


async def test_given_who_cares_then_they_write_in_their_own_name_of_a_person_who_is_not_hidden(
    api: AsyncEngine, worker: AsyncEngine, places: Places, case_id: UUID
) -> None:
    await added(api, row(case_id, places.trust), places.trust)
    await part_of(worker, places.landlord, relation="council")
    await added(api, row(case_id, places.landlord), places.landlord)
    await part_of(worker, places.landlord, relation="landlord")
    for made, organisation_id in (
        (row(case_id, places.trust), places.housing),
        (row(case_id, places.trust, recorded_by=uuid4()), places.trust),
        (row(case_id, places.landlord), places.landlord),
        (row(case_id, places.stranger), places.stranger),
    ):
        with pytest.raises(DBAPIError, match="row-level security"):
            await added(api, made, organisation_id)
    async with transaction(worker) as session:
        await session.execute(update(Person).values(hidden_by_feed=True))
        other = Person(id=uuid4(), family_name="Other")
        session.add(other)
    await open_case(worker, other.id, places.trust)  # somebody who is not hidden
    with pytest.raises(DBAPIError, match="row-level security"):
        await added(api, row(case_id, places.trust), places.trust)


async def test_given_a_part_in_one_case_then_nothing_is_read_or_written_in_another(
    api: AsyncEngine, worker: AsyncEngine, places: Places, case_id: UUID
) -> None:
    async with transaction(worker) as session:
        other = Person(id=uuid4(), family_name="Other")
        session.add(other)
    await open_case(worker, other.id, places.stranger)
    await written(worker, row(case_id, places.trust))
    assert await read(api, places.stranger) == 0
    with pytest.raises(DBAPIError, match="row-level security"):
        await added(api, row(case_id, places.stranger), places.stranger)


async def test_given_who_cares_in_one_case_and_supplies_in_another_then_they_have_contacts_of_the_one_alone(
    api: AsyncEngine, worker: AsyncEngine, places: Places, case_id: UUID
) -> None:
    async with transaction(worker) as session:
        other = Person(id=uuid4(), family_name="Other")
        session.add(other)
    cared_for = (await open_case(worker, other.id, places.trust, places.housing, places.landlord)).case_id
    async with transaction(worker) as session:
        await session.execute(
            text(
                "UPDATE case_participants SET relation = 'council'"
                " WHERE organisation_id = :who AND case_id = :of"
            ),
            {"who": places.landlord, "of": cared_for},
        )
    await written(worker, row(case_id, places.trust))
    await written(worker, row(cared_for, places.trust))
    assert await read(api, places.landlord) == 1
    await added(api, row(cared_for, places.landlord), places.landlord)
    with pytest.raises(DBAPIError, match="row-level security"):
        await added(api, row(case_id, places.landlord), places.landlord)


@pytest.mark.parametrize(
    "statement", ["UPDATE contact_entries SET phone = '1'", "DELETE FROM contact_entries"]
)
async def test_given_a_door_then_no_version_is_changed_or_removed(
    api: AsyncEngine, places: Places, statement: str
) -> None:
    with pytest.raises(DBAPIError, match="permission denied"):
        async with transaction(api, organisation_id=places.trust, user_id=NURSE) as session:
            await session.execute(text(statement))


async def test_given_the_worker_then_it_moves_a_contact_and_changes_no_word_of_it(
    worker: AsyncEngine,
) -> None:
    for change in ("phone = '1'", "safe_to_ring = 'yes'", "sensitivity = 'ordinary'"):
        with pytest.raises(DBAPIError, match="permission denied"):
            async with transaction(worker) as session:
                await session.execute(text(f"UPDATE contact_entries SET {change}"))


async def unsafe(
    api: AsyncEngine, organisation_id: UUID, person_id: UUID, numbers: list[str], kin: list[str]
) -> set[str]:
    texts = ARRAY(Text)
    asked = func.homeward_not_safe_to_ring(person_id, cast(numbers, texts), cast(kin, texts))
    async with transaction(api, organisation_id=organisation_id, user_id=NURSE) as session:
        return set(await session.scalars(select(asked)))


async def test_given_a_number_that_is_not_safe_then_all_who_care_are_told_of_it_and_of_no_other(
    api: AsyncEngine, worker: AsyncEngine, places: Places, case_id: UUID, person_id: UUID
) -> None:
    await written(worker, row(case_id, places.housing, safe_to_ring="no", sensitivity="restricted"))
    await written(worker, row(case_id, places.trust, name="Tom Ashdown", phone="01632 960002"))
    numbers, kin = [SAID, "01632 960002", "01632 960003"], ["ashdown, RUTH", "Tom Ashdown", "Una"]
    for organisation_id in (places.trust, places.housing):
        assert await unsafe(api, organisation_id, person_id, numbers, kin) == {SAID, "ashdown, RUTH"}
    for organisation_id in (places.landlord, places.stranger):
        assert await unsafe(api, organisation_id, person_id, numbers, kin) == set()
    async with transaction(worker) as session:
        await session.execute(update(Person).values(hidden_by_feed=True))
    assert await unsafe(api, places.trust, person_id, numbers, kin) == set()


async def test_given_a_later_version_then_it_counts_for_the_name_and_for_a_number_that_it_says_anew(
    api: AsyncEngine, worker: AsyncEngine, places: Places, case_id: UUID, person_id: UUID
) -> None:
    first = row(case_id, places.trust, safe_to_ring="no")
    contact = {"contact_id": first.contact_id, "entry": "corrected"}
    await written(worker, first)
    await written(
        worker, row(case_id, places.trust, number=2, phone="01632 960002", safe_to_ring="no", **contact)
    )
    everything = [PHONE, "01632 960002"], ["Ruth Ashdown"]
    assert await unsafe(api, places.trust, person_id, *everything) == {*everything[0], *everything[1]}
    await written(worker, row(case_id, places.trust, number=3, phone=PHONE, safe_to_ring="yes", **contact))
    assert await unsafe(api, places.trust, person_id, *everything) == {"01632 960002"}
    ended = {"contact_id": first.contact_id, "entry": "ended"}
    await written(worker, row(case_id, places.trust, number=4, phone=PHONE, safe_to_ring="no", **ended))
    assert await unsafe(api, places.trust, person_id, *everything) == {*everything[0]}, "the number stays"


async def test_given_somebody_who_is_no_kin_or_has_no_name_then_only_their_number_is_marked(
    api: AsyncEngine, worker: AsyncEngine, places: Places, case_id: UUID, person_id: UUID
) -> None:
    await written(worker, row(case_id, places.trust, role="gp", safe_to_ring="no"))
    await written(worker, row(case_id, places.trust, name=None, phone=None, safe_to_ring="no"))
    await written(worker, row(case_id, places.trust, name="--", phone=None, safe_to_ring="no"))
    assert await unsafe(api, places.trust, person_id, [PHONE, ""], ["Ruth Ashdown", "", "--"]) == {PHONE}


async def test_given_the_contacts_of_somebody_else_then_they_mark_no_number_of_this_person(
    api: AsyncEngine, worker: AsyncEngine, places: Places, case_id: UUID, person_id: UUID
) -> None:
    async with transaction(worker) as session:
        other = Person(id=uuid4(), family_name="Other")
        session.add(other)
    elsewhere = (await open_case(worker, other.id, places.trust)).case_id
    await written(worker, row(elsewhere, places.trust, safe_to_ring="no"))
    assert await unsafe(api, places.trust, person_id, [PHONE], ["Ruth Ashdown"]) == set()
    assert await unsafe(api, places.trust, other.id, [PHONE], []) == {PHONE}
    assert await unsafe(api, places.housing, other.id, [PHONE], []) == set(), "who cares for another"


async def test_given_a_hospital_where_they_stay_then_it_is_told_and_one_where_somebody_else_stays_is_not(
    api: AsyncEngine, worker: AsyncEngine, places: Places, case_id: UUID, person_id: UUID
) -> None:
    await written(worker, row(case_id, places.trust, safe_to_ring="no"))
    stay = text(
        "INSERT INTO spells (id, person_id, organisation_id, visit_number, status, folded)"
        " VALUES (gen_random_uuid(), :person, :who, gen_random_uuid()::text, 'admitted', '{}')"
    )
    async with transaction(worker) as session:
        other = Person(id=uuid4(), family_name="Other")
        session.add(other)
        await session.flush()
        await session.execute(stay, {"person": other.id, "who": places.stranger})
    assert await unsafe(api, places.stranger, person_id, [PHONE], []) == set()
    async with transaction(worker) as session:
        await session.execute(stay, {"person": person_id, "who": places.stranger})
    assert await unsafe(api, places.stranger, person_id, [PHONE], []) == {PHONE}
    assert await unsafe(api, places.landlord, person_id, [PHONE], []) == set()
