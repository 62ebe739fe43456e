"""Two cases were one: their annexes are one for whom either names, and two again when it is undone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from discharge.cases.commands import Command, Envelope, NoteMerge, NoteUnmerge
from discharge.cases.model import Actor
from discharge.store.audit import Who
from discharge.store.engine import transaction
from discharge.store.migrations import downgrade, migrate
from discharge.store.tables import Person
from housing_checks.safety.events import ContactTried, SafetyConfirmed
from housing_checks.safety.model import ContactAttempt
from housing_checks.store import safety, safety_merges
from housing_checks.store.danger import SaidOfDanger, keep_danger
from housing_checks.store.withdrawn_notes import withdraw_note
from tests.discharge.store.note_scene import noted
from tests.fixtures.cases import NOW, TODAY, carried_out, open_case
from tests.fixtures.postgres import Database, Places
from tests.fixtures.safety import AT, annex_of, appointed, confirmed, disclosure, entries_of, record, somebody

BEFORE = "0059"
HERS, HIS = "I cannot go back to him", "He keeps her money"


@dataclass(frozen=True)
class Two:
    """An older case and a younger one, each with words; whom each names, who recorded, and a colleague."""

    older: UUID
    younger: UUID
    first: Who
    second: Who
    nurse: Who
    clerk: Who
    colleague: Who


@pytest.fixture
async def two(
    api: AsyncEngine, worker: AsyncEngine, owner: AsyncEngine, places: Places, person_id: UUID
) -> Two:
    safety_merges.register()
    other = uuid4()
    async with transaction(worker) as session:
        session.add(Person(id=other, family_name="Ashdowne", given_name="Edith"))
    cases = [
        (await open_case(worker, each, places.trust, places.housing)).case_id for each in (person_id, other)
    ]
    nurse, colleague = [
        await somebody(owner, places.trust, name, "discharge-team") for name in ("Nurse", "Col")
    ]
    clerk = await somebody(owner, places.housing, "Clerk")
    first = await somebody(owner, places.trust, "Ida", "discharge-team")
    second = await somebody(owner, places.housing, "Una")
    for adviser in (first, second):
        await appointed(api, owner, adviser)
    await record(api, nurse, cases[0], disclosure(), disclosure=HERS)
    await record(api, clerk, cases[1], disclosure(), disclosure=HIS)
    return Two(cases[0], cases[1], first, second, nurse, clerk, colleague)


async def told(worker: AsyncEngine, case_id: UUID, by: Who, command: Command) -> None:
    actor = Actor(organisation_id=by.organisation_id, role="system")
    envelope = Envelope(command_id=uuid4(), case_id=case_id, actor=actor, effective_on=TODAY, command=command)
    outcome = await carried_out(worker, envelope, NOW)
    assert outcome.answer.outcome == "accepted", outcome.answer


async def read_by(api: AsyncEngine, two: Two, case_id: UUID) -> dict[str, list[str]]:
    """What each of them reads of a case."""
    people = {name: getattr(two, name) for name in ("first", "second", "nurse", "clerk", "colleague")}
    return {name: sorted(await entries_of(api, who, case_id)) for name, who in people.items()}


APART = {"first": [HERS], "second": [], "nurse": [HERS], "clerk": [], "colleague": []}
APART_TOO = {"first": [], "second": [HIS], "nurse": [], "clerk": [HIS], "colleague": []}


async def test_given_two_cases_that_were_one_when_merged_then_whom_either_names_reads_both_and_nobody_else(
    api: AsyncEngine, worker: AsyncEngine, two: Two
) -> None:
    assert await read_by(api, two, two.older) == APART
    assert await read_by(api, two, two.younger) == APART_TOO

    await told(worker, two.younger, two.nurse, NoteMerge(into_case_id=two.older))

    both = sorted([HERS, HIS])
    assert await read_by(api, two, two.older) == {
        "first": both,
        "second": both,
        "nurse": [HERS],
        "clerk": [HIS],
        "colleague": [],
    }
    assert set().union(*(await read_by(api, two, two.younger)).values()) == set()
    found = await annex_of(api, two.second, two.older)
    assert found is not None
    assert {each.clock for each in found.clocks} == {"ask-alone", "call", "decide"}
    async with transaction(
        api, organisation_id=two.second.organisation_id, user_id=two.second.user_id
    ) as session:
        due = await safety.running_clocks(session, 0, 20)
    assert {each.case_id for each in due} == {two.older}, "nothing is due twice"


async def test_given_a_merge_when_it_is_undone_then_each_annex_is_its_own_again(
    api: AsyncEngine, worker: AsyncEngine, two: Two
) -> None:
    await told(worker, two.younger, two.nurse, NoteMerge(into_case_id=two.older))
    tried = ContactTried(attempt=ContactAttempt(method="own-phone", reached="no", at=AT))
    await record(api, two.first, two.older, tried, note="No answer")

    await told(worker, two.younger, two.nurse, NoteUnmerge())

    assert await read_by(api, two, two.older) == APART | {"first": sorted([HERS, "No answer"])}
    assert await read_by(api, two, two.younger) == APART_TOO
    for who, case_id in ((two.first, two.older), (two.second, two.younger)):
        found = await annex_of(api, who, case_id)
        assert found is not None
        assert "call" in {each.clock for each in found.clocks}


async def test_given_somebody_who_recorded_in_one_and_is_named_on_the_other_then_they_read_both_until_undone(
    api: AsyncEngine, worker: AsyncEngine, two: Two
) -> None:
    await record(api, two.clerk, two.older, disclosure(), disclosure=SAID)
    tenant: dict[str, Any] = {"organisation_id": two.second.organisation_id, "user_id": two.second.user_id}
    clerk = (user_of(two.clerk), two.clerk.organisation_id)
    async with transaction(api, **tenant) as session:
        await safety.name_person(session, two.second, two.younger, clerk, "she visits")
    await told(worker, two.younger, two.nurse, NoteMerge(into_case_id=two.older))
    assert sorted(await entries_of(api, two.clerk, two.older)) == sorted([HERS, HIS, SAID])
    await told(worker, two.younger, two.nurse, NoteUnmerge())
    assert await entries_of(api, two.clerk, two.older) == [SAID]
    assert await entries_of(api, two.clerk, two.younger) == [HIS]


SAID = "She told the clerk"


def user_of(who: Who) -> UUID:
    assert who.user_id is not None
    return who.user_id


async def test_given_somebody_taken_off_the_list_when_merged_then_they_are_not_put_back(
    api: AsyncEngine, worker: AsyncEngine, owner: AsyncEngine, two: Two
) -> None:
    async with transaction(owner) as session:
        row = {"case": two.older, "user": two.second.user_id, "who": two.second.organisation_id}
        await session.execute(
            text(
                "INSERT INTO safety_named (id, case_id, organisation_id, user_id, scope, reason, ended_at)"
                " VALUES (gen_random_uuid(), :case, :who, :user, 'all', 'adviser', now())"
            ),
            row,
        )
    await told(worker, two.younger, two.nurse, NoteMerge(into_case_id=two.older))
    assert await entries_of(api, two.second, two.older) == []


async def test_given_a_confirmed_case_when_another_is_merged_into_it_then_it_is_confirmed_anew(
    api: AsyncEngine, worker: AsyncEngine, two: Two
) -> None:
    await record(api, two.first, two.older, SafetyConfirmed(), reason="Spoke with her")
    assert await confirmed(api, two.first, two.older)
    await told(worker, two.younger, two.nurse, NoteMerge(into_case_id=two.older))
    assert not await confirmed(api, two.first, two.older)


async def test_given_a_merge_when_migrated_down_and_up_then_no_words_are_lost(
    api: AsyncEngine, worker: AsyncEngine, two: Two, database: Database
) -> None:
    await told(worker, two.younger, two.nurse, NoteMerge(into_case_id=two.older))
    downgrade(database.owner_url, BEFORE)
    async with transaction(
        api, organisation_id=two.second.organisation_id, user_id=two.second.user_id
    ) as session:
        rows = await session.execute(text("SELECT case_id, text FROM safety_notes"))
        assert rows.all() == [(two.younger, HIS)]
    migrate(database.owner_url)
    assert await read_by(api, two, two.older) == APART


HIT = "He waits for her at the shop"


async def written(owner: AsyncEngine, two: Two) -> UUID:
    """A note of the nurse's on the case that ended; its id."""
    return await noted(owner, two.younger, two.nurse, words=HIT)


async def withdraws(api: AsyncEngine, two: Two, note: UUID, *, danger: bool) -> None:
    actor = Actor(organisation_id=two.nurse.organisation_id, user_id=two.nurse.user_id, role="discharge-team")
    tenant: dict[str, Any] = {"organisation_id": two.nurse.organisation_id, "user_id": two.nurse.user_id}
    async with transaction(api, **tenant) as session:
        assert await withdraw_note(session, actor, two.younger, note, about_danger=danger)


async def test_given_a_merged_case_when_words_there_are_given_to_advisers_then_those_of_the_other_read_them(
    api: AsyncEngine, worker: AsyncEngine, owner: AsyncEngine, two: Two
) -> None:
    note = await written(owner, two)
    await told(worker, two.younger, two.nurse, NoteMerge(into_case_id=two.older))
    await withdraws(api, two, note, danger=True)
    read = await read_by(api, two, two.older)
    assert {name for name, words in read.items() if HIT in words} == {"first", "second", "nurse"}
    assert set().union(*(await read_by(api, two, two.younger)).values()) == set()
    found = await annex_of(api, two.first, two.older)
    assert found is not None
    assert "call" in {each.clock for each in found.clocks}

    await told(worker, two.younger, two.nurse, NoteUnmerge())
    apart = await read_by(api, two, two.younger)
    assert {name for name, words in apart.items() if HIT in words} >= {"second", "nurse"}
    assert HIT not in (await read_by(api, two, two.older))["first"]


@pytest.mark.parametrize("danger", [True, False])
async def test_given_a_merged_case_when_words_are_withdrawn_either_way_then_the_other_is_confirmed_anew(
    api: AsyncEngine, worker: AsyncEngine, owner: AsyncEngine, two: Two, danger: bool
) -> None:
    note = await written(owner, two)
    await told(worker, two.younger, two.nurse, NoteMerge(into_case_id=two.older))
    await record(api, two.first, two.older, SafetyConfirmed(), reason="Spoke with her")
    await withdraws(api, two, note, danger=danger)
    assert not await confirmed(api, two.first, two.older)


async def test_given_a_case_merged_twice_when_danger_is_noted_on_the_first_then_it_reaches_the_last(
    api: AsyncEngine, worker: AsyncEngine, owner: AsyncEngine, places: Places, two: Two
) -> None:
    third = uuid4()
    async with transaction(worker) as session:
        session.add(Person(id=third, family_name="Ashdown", given_name="E"))
    last = (await open_case(worker, third, places.trust, places.housing)).case_id
    await told(worker, two.younger, two.nurse, NoteMerge(into_case_id=two.older))
    await told(worker, two.older, two.nurse, NoteMerge(into_case_id=last))
    actor = Actor(organisation_id=two.nurse.organisation_id, user_id=two.nurse.user_id, role="discharge-team")
    said = SaidOfDanger(uuid4(), two.younger, actor, "add-note", {"note": HIT}, "hash")
    tenant: dict[str, Any] = {"organisation_id": two.nurse.organisation_id, "user_id": two.nurse.user_id}
    for _ in range(2):  # the same again adds nothing
        async with transaction(api, **tenant) as session:
            await keep_danger(session, said)
    assert (await entries_of(api, two.first, last)).count(HIT) == 1
    assert await entries_of(api, two.first, two.older) == []


async def test_given_words_in_the_annex_of_an_ended_case_when_the_schema_is_raised_then_they_reach_the_other(
    api: AsyncEngine, worker: AsyncEngine, owner: AsyncEngine, two: Two, database: Database
) -> None:
    note = await written(owner, two)
    await told(worker, two.younger, two.nurse, NoteMerge(into_case_id=two.older))
    downgrade(database.owner_url, "0078-1")
    await withdraws(api, two, note, danger=True)
    assert HIT not in await entries_of(api, two.first, two.older)
    migrate(database.owner_url)
    assert HIT in await entries_of(api, two.first, two.older)
