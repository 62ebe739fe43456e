from __future__ import annotations

import asyncio
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from discharge.cases.commands import ANSWER, ENVELOPE, Refer
from discharge.cases.model import Case
from discharge.store.commands import (
    LEASE,
    Existing,
    KeyReusedWithOtherBody,
    NewCommand,
    NewNote,
    Taken,
    acknowledge,
    due_commands,
    finish,
    take,
)
from discharge.store.engine import transaction
from discharge.store.tables import CommandRow, NoteRow
from tests.fixtures.cases import recorded, referred, request
from tests.fixtures.postgres import Places


def referral(places: Places, person_id: UUID, *, key: str = "k1", body: str = "b1") -> NewCommand:
    command = Refer(person_id=person_id, organisation_id=places.trust)
    envelope = request(Case(case_id=uuid4()), places.trust, command=command).envelope
    return NewCommand(envelope, "ward-6b", key, body, notes=(NewNote(text="lives alone, third floor"),))


async def taken(
    api: AsyncEngine, new: NewCommand, organisation_id: UUID, lease: timedelta = timedelta(seconds=15)
) -> Taken | Existing | KeyReusedWithOtherBody:
    async with transaction(api, organisation_id=organisation_id) as session:
        return await take(session, new, lease)


async def test_a_command_is_taken_with_its_notes_though_its_case_is_yet_to_open(
    api: AsyncEngine, worker: AsyncEngine, places: Places, person_id: UUID
) -> None:
    new = referral(places, person_id)
    result = await taken(api, new, places.trust)
    assert isinstance(result, Taken)
    assert result.envelope == new.envelope
    async with transaction(worker) as session:
        row = await session.get_one(CommandRow, new.envelope.command_id)
        assert (row.state, ENVELOPE.read(row.envelope)) == ("taken", new.envelope)
        assert row.lease_until is not None
        assert row.lease_until - row.created_at == LEASE
        note = (await session.scalars(select(NoteRow))).one()
    assert (note.case_id, note.command_id) == (new.envelope.case_id, new.envelope.command_id)


async def test_the_same_key_is_the_same_command_or_a_mistake(
    api: AsyncEngine, worker: AsyncEngine, places: Places, person_id: UUID
) -> None:
    first = referral(places, person_id)
    await taken(api, first, places.trust)
    again = await taken(api, referral(places, person_id), places.trust)
    assert isinstance(again, Existing)
    assert again.row.id == first.envelope.command_id
    other = await taken(api, referral(places, person_id, body="b2"), places.trust)
    assert isinstance(other, KeyReusedWithOtherBody)
    async with transaction(worker) as session:
        assert len((await session.scalars(select(NoteRow))).all()) == 1


async def test_of_the_same_request_sent_many_times_at_once_one_is_taken(
    api: AsyncEngine, places: Places, person_id: UUID
) -> None:
    tries = (taken(api, referral(places, person_id), places.trust) for _ in range(6))
    results = await asyncio.gather(*tries)
    assert sorted(type(result).__name__ for result in results) == ["Existing"] * 5 + ["Taken"]


async def test_a_command_becomes_due_when_its_lease_is_over_and_is_handed_out_once(
    api: AsyncEngine, worker: AsyncEngine, places: Places, person_id: UUID
) -> None:
    await taken(api, referral(places, person_id, key="held"), places.trust)
    late = referral(places, person_id, key="late")
    await taken(api, late, places.trust, lease=timedelta(seconds=-1))

    async def due() -> list[UUID]:
        async with transaction(worker) as session:
            return [row.id for row in await due_commands(session, 10)]

    handed_out = await asyncio.gather(*(due() for _ in range(4)))
    assert [found for found in handed_out if found] == [[late.envelope.command_id]]
    assert await due() == []


async def test_the_record_answers_the_command_that_waits_at_the_door(
    api: AsyncEngine, worker: AsyncEngine, places: Places, person_id: UUID
) -> None:
    new = referral(places, person_id)
    await taken(api, new, places.trust)
    given = request(
        Case(case_id=new.envelope.case_id),
        places.trust,
        *referred(person_id, places.trust),
        command_id=new.envelope.command_id,
    )
    await recorded(worker, given)
    async with transaction(api, organisation_id=places.trust) as session:
        row = await session.get_one(CommandRow, new.envelope.command_id)
    assert (row.state, row.lease_until) == ("accepted", None)
    assert row.answer == ANSWER.write(given.answer)


@pytest.mark.parametrize("times", [1, 2])
async def test_an_answer_without_the_record_is_stored_once(
    api: AsyncEngine, worker: AsyncEngine, places: Places, person_id: UUID, times: int
) -> None:
    new = referral(places, person_id)
    await taken(api, new, places.trust)
    refusal = request(Case(case_id=new.envelope.case_id), places.trust, code="role-not-allowed").answer
    answers = [
        refusal.model_copy(update={"command_id": new.envelope.command_id, "code": code})
        for code in ("role-not-allowed", "already-done")
    ]
    async with transaction(worker) as session:
        for answer in answers[:times]:
            await finish(session, answer)
    async with transaction(api, organisation_id=places.trust) as session:
        row = await session.get_one(CommandRow, new.envelope.command_id)
    assert row.state == "refused"
    assert row.answer is not None
    assert row.answer["code"] == "role-not-allowed"


async def test_who_asked_acknowledges_a_late_refusal_and_nobody_elsewhere_can(
    api: AsyncEngine, places: Places, person_id: UUID
) -> None:
    new = referral(places, person_id)
    await taken(api, new, places.trust)
    for organisation_id, seen in ((places.stranger, False), (places.trust, True)):
        async with transaction(api, organisation_id=organisation_id) as session:
            await acknowledge(session, new.envelope.command_id)
        async with transaction(api, organisation_id=places.trust) as session:
            row = await session.get_one(CommandRow, new.envelope.command_id)
        assert (row.acknowledged_at is not None) == seen
