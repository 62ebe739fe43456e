"""Whom to call goes with a case that ends as merged, and comes back when the merge is undone."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from discharge.cases.commands import Envelope, NoteMerge, NoteUnmerge
from discharge.cases.commands.common import CaseCommand
from discharge.cases.model import Actor
from discharge.store.engine import transaction
from discharge.store.tables import ContactEntry, Person
from tests.fixtures.cases import NOW, TODAY, carried_out, open_case
from tests.fixtures.postgres import Places


async def another_case(worker: AsyncEngine, places: Places) -> UUID:
    """An open case of somebody of their own."""
    async with transaction(worker) as session:
        person = Person(id=uuid4(), family_name="Ashdown", given_name="Edith")
        session.add(person)
    return (await open_case(worker, person.id, places.trust)).case_id


async def noted(
    worker: AsyncEngine, case_id: UUID, organisation_id: UUID, *, again: UUID | None = None
) -> UUID:
    """The id of a contact, recorded with a case; or a further version of one."""
    contact_id = again or uuid4()
    async with transaction(worker) as session:
        held = await session.scalars(select(ContactEntry.number).where(ContactEntry.contact_id == contact_id))
        row = {
            "id": uuid4(),
            "case_id": case_id,
            "contact_id": contact_id,
            "role": "carer",
            "source": "tried",
        }
        number = max(held, default=0) + 1
        entry = "corrected" if again else "recorded"
        session.add(
            ContactEntry(
                **row,
                number=number,
                entry=entry,
                said_on=TODAY,
                organisation_id=organisation_id,
                phone="1234",
            )
        )
    return contact_id


async def held(worker: AsyncEngine) -> dict[UUID, set[UUID]]:
    """The cases with the contacts that each shows."""
    async with transaction(worker) as session:
        found: dict[UUID, set[UUID]] = {}
        for row in await session.scalars(select(ContactEntry)):
            found.setdefault(row.case_id, set()).add(row.contact_id)
    return found


async def do(worker: AsyncEngine, case_id: UUID, by: UUID, command: CaseCommand) -> None:
    envelope = Envelope(
        command_id=uuid4(),
        case_id=case_id,
        actor=Actor(organisation_id=by, role="system"),
        effective_on=TODAY,
        command=command,
    )
    outcome = await carried_out(worker, envelope, NOW)
    assert outcome.answer.outcome == "accepted", outcome


async def test_given_a_merge_then_contacts_follow_and_come_back_with_what_was_changed_when_it_is_undone(
    worker: AsyncEngine, places: Places
) -> None:
    first, second = [await another_case(worker, places) for _ in range(2)]
    theirs, own = await noted(worker, second, places.trust), await noted(worker, first, places.trust)

    await do(worker, second, places.trust, NoteMerge(into_case_id=first))
    assert await held(worker) == {first: {own, theirs}}

    await noted(worker, first, places.trust, again=theirs)
    between = await noted(worker, first, places.trust)
    await do(worker, second, places.trust, NoteUnmerge())
    assert await held(worker) == {first: {own, between}, second: {theirs}}
    async with transaction(worker) as session:
        rows = await session.scalars(select(ContactEntry).where(ContactEntry.contact_id == theirs))
        assert sorted((row.number, row.came_from) for row in rows) == [(1, []), (2, [])]


@pytest.mark.parametrize("undone", [(0, 1), (1, 0)])
async def test_given_one_merge_after_another_when_each_is_undone_then_everybody_has_their_own_again(
    worker: AsyncEngine, places: Places, undone: tuple[int, int]
) -> None:
    cases = [await another_case(worker, places) for _ in range(3)]
    contacts = [await noted(worker, case_id, places.trust) for case_id in cases]
    for n in (0, 1):
        await do(worker, cases[n], places.trust, NoteMerge(into_case_id=cases[n + 1]))
    assert await held(worker) == {cases[2]: {*contacts}}

    await do(worker, cases[undone[0]], places.trust, NoteUnmerge())
    if undone[0] == 0:
        assert await held(worker) == {cases[0]: {contacts[0]}, cases[2]: {*contacts[1:]}}
    else:
        assert await held(worker) == {cases[1]: {*contacts[:2]}, cases[2]: {contacts[2]}}
    await do(worker, cases[undone[1]], places.trust, NoteUnmerge())
    assert await held(worker) == {case_id: {each} for case_id, each in zip(cases, contacts, strict=True)}


async def test_given_a_case_that_ends_otherwise_then_its_contacts_stay(
    worker: AsyncEngine, places: Places
) -> None:
    case_id = await another_case(worker, places)
    contact = await noted(worker, case_id, places.trust)
    await do(worker, case_id, places.trust, NoteMerge(into_case_id=case_id))
    assert await held(worker) == {case_id: {contact}}


async def test_given_a_door_then_it_cannot_move_a_contact_to_another_case(
    worker: AsyncEngine, api: AsyncEngine, places: Places
) -> None:
    case_id = await another_case(worker, places)
    await noted(worker, case_id, places.trust)
    with pytest.raises(DBAPIError, match="permission denied"):
        async with transaction(api, organisation_id=places.trust, user_id=uuid4()) as session:
            await session.execute(text("UPDATE contact_entries SET case_id = case_id"))
