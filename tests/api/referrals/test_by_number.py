"""Somebody referred by NHS number alone: found at once in a bed of one's own, and by nobody else."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import event, select, update

from discharge.store.engine import transaction
from discharge.store.tables import CommandRow, Person, PersonNhsNumber, Spell
from tests.api.conftest import Door

NUMBER, OTHER = "9990000018", "9990000026"
MOST_STATEMENTS = 6
"""Of a referral that begins a case: tenant, organisations, person, stay, open case, command."""


async def refer(door: Door, number: str = NUMBER, org: str = "TRUST") -> Any:
    return await door.post("/api/v1/referrals", {"person": {"nhs_number": number}}, org=org)


async def referred_person(door: Door) -> UUID:
    async with transaction(door.worker) as session:
        envelope = (await session.scalars(select(CommandRow.envelope))).one()
    return UUID(envelope["command"]["person_id"])


async def had(door: Door, person_id: UUID, number: str) -> None:
    """A number that somebody had before."""
    async with transaction(door.worker) as session:
        session.add(PersonNhsNumber(person_id=person_id, nhs_number=number))


@pytest.mark.parametrize("number", [NUMBER, OTHER], ids=["has", "had"])
async def test_given_an_own_inpatient_when_referred_by_a_number_then_it_is_them(
    door: Door, number: str
) -> None:
    person_id = await door.admitted(NUMBER)
    await had(door, person_id, OTHER)
    assert (await refer(door, number)).status_code == 202
    assert await referred_person(door) == person_id


async def test_given_two_inpatients_of_one_number_when_referred_then_it_is_refused(door: Door) -> None:
    await door.admitted(NUMBER)
    await had(door, await door.admitted(OTHER), NUMBER)
    answer = await refer(door)
    assert (answer.status_code, answer.json()["code"]) == (409, "patient-mismatch")


async def test_given_a_merged_entry_when_referred_by_its_number_then_it_is_not_meant(door: Door) -> None:
    survivor, merged = await door.admitted(OTHER), await door.admitted(NUMBER)
    async with transaction(door.worker) as session:
        await session.execute(update(Person).where(Person.id == merged).values(merged_into=survivor))
    await had(door, survivor, NUMBER)
    assert (await refer(door)).status_code == 202
    assert await referred_person(door) == survivor


@pytest.mark.parametrize(
    "changed",
    [{"status": "discharged"}, {"organisation_id": None}],
    ids=["who has left", "of another trust"],
)
async def test_given_nobody_in_a_bed_of_ones_own_when_referred_then_no_command_is_taken(
    door: Door, changed: dict[str, Any]
) -> None:
    person_id = await door.admitted(NUMBER)
    values = {name: value or door.places.stranger for name, value in changed.items()}
    async with transaction(door.worker) as session:
        await session.execute(update(Spell).where(Spell.person_id == person_id).values(values))
    await refer(door)
    async with transaction(door.worker) as session:
        assert (await session.scalars(select(CommandRow.id))).all() == []


async def test_given_an_own_inpatient_when_referred_then_six_statements_are_asked(door: Door) -> None:
    """Each costs a referral about half a millisecond of both processes."""
    await door.admitted(NUMBER)
    await door.get("/api/v1/referrals")  # the caller and the case clock are known from now on
    asked: list[str] = []

    def note(*given: Any) -> None:
        asked.append(given[2])

    engine = door.app.state.services.engine.sync_engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        assert (await refer(door)).status_code == 202
    finally:
        event.remove(engine, "before_cursor_execute", note)
    clock = [each for each in asked if "case_clock" in each]  # tests have none, and ask for it each time
    assert len(asked) - 2 * len(clock) <= MOST_STATEMENTS, asked
