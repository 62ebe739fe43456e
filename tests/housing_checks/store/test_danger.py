"""What is said of danger stands in the annex: what comes by any door, and what notes held before."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from discharge.cases.commands import AddNote, AmendReferral, Command, ConfirmItem, Envelope
from discharge.cases.model import Actor
from discharge.errors import HomewardError
from discharge.store import commands
from discharge.store.audit import Who
from discharge.store.commands import NewCommand, NewNote
from discharge.store.engine import transaction
from discharge.store.migrations import downgrade, migrate
from discharge.store.tables.persons import DANGER
from housing_checks.safety.events import DangerNoted, SafetyConfirmed
from housing_checks.store import danger, safety
from tests.fixtures.cases import open_case
from tests.fixtures.postgres import Database, Places
from tests.fixtures.safety import (
    AT,
    DAY,
    annex_of,
    appointed,
    confirmed,
    disclosure,
    entries_of,
    record,
    somebody,
)

WORDS = "He waits outside"
BEFORE = "0058"


@pytest.fixture
async def case_id(worker: AsyncEngine, person_id: UUID, places: Places) -> UUID:
    return (await open_case(worker, person_id, places.trust, places.housing, places.landlord)).case_id


def new(case_id: UUID, who: Who, command: Command, *notes: NewNote) -> NewCommand:
    envelope = Envelope(
        command_id=uuid4(),
        case_id=case_id,
        actor=Actor(organisation_id=who.organisation_id, role=who.role, user_id=who.user_id),
        effective_on=DAY,
        command=command,
        note_id=next((note.id for note in notes if note.item is None), None),
    )
    return NewCommand(envelope, who.client_id, str(uuid4()), "hash", notes=notes)


async def sent(engine: AsyncEngine, who: Who, asked: NewCommand, **more: Any) -> Envelope:
    tenant = {"organisation_id": who.organisation_id, "user_id": who.user_id}
    async with transaction(engine, **tenant) as session:
        taken = await danger.take(session, asked, **more)
    assert isinstance(taken, commands.Taken)
    return taken.envelope


async def test_given_an_item_with_words_of_danger_when_it_is_taken_then_the_command_has_no_sign_of_them(
    api: AsyncEngine, owner: AsyncEngine, places: Places, case_id: UUID
) -> None:
    nurse = await somebody(owner, places.trust, "Nurse", "discharge-team")
    told, item = (
        NewNote("Ruth", item="told-by", sensitivity=DANGER),
        NewNote(WORDS, item="heating", sensitivity=DANGER),
    )
    plain = NewNote("The boiler is old", item="water")
    command = ConfirmItem(
        item="heating", value="no", told_note_id=told.id, text_notes={"heating": item.id, "water": plain.id}
    )
    asked = await sent(api, nurse, new(case_id, nurse, command, told, item, plain))
    assert asked.command == command.model_copy(
        update={"told_note_id": None, "text_notes": {"water": plain.id}}
    )
    async with transaction(owner) as session:
        assert list(
            await session.scalars(
                text("SELECT text FROM notes WHERE command_id = :id"), {"id": asked.command_id}
            )
        ) == [plain.text]
    assert sorted(await entries_of(api, nurse, case_id)) == [WORDS, "Ruth"]


async def test_given_a_reason_of_danger_when_it_is_taken_then_every_note_goes_with_it(
    api: AsyncEngine, owner: AsyncEngine, places: Places, case_id: UUID
) -> None:
    nurse = await somebody(owner, places.trust, "Nurse", "discharge-team")
    asked = await sent(
        api, nurse, new(case_id, nurse, AmendReferral(reasons=("safety", "adaptation")), NewNote(WORDS))
    )
    assert asked.command == AmendReferral(reasons=("adaptation",))
    assert asked.note_id is None
    assert sorted(await entries_of(api, nurse, case_id)) == [WORDS, "safety"]


async def test_given_words_of_danger_when_a_command_is_kept_by_itself_then_it_is_refused(
    api: AsyncEngine, owner: AsyncEngine, places: Places, case_id: UUID
) -> None:
    nurse = await somebody(owner, places.trust, "Nurse", "discharge-team")
    for asked in (
        new(case_id, nurse, AmendReferral(reasons=("safety",))),
        new(case_id, nurse, AddNote(), NewNote(WORDS, sensitivity=DANGER)),
    ):
        with pytest.raises(ValueError, match="annex"):
            async with transaction(api, organisation_id=places.trust, user_id=nurse.user_id) as session:
                await commands.take(session, asked)


async def test_given_words_of_danger_then_the_adviser_is_to_call_and_a_confirmation_ends(
    api: AsyncEngine, owner: AsyncEngine, places: Places, case_id: UUID
) -> None:
    nurse = await somebody(owner, places.trust, "Nurse", "discharge-team")
    adviser = await somebody(owner, places.trust, "Ida", "discharge-team")
    await appointed(api, owner, adviser)
    await record(api, nurse, case_id, disclosure(asked="alone", disclosed="no"))
    confirm = SafetyConfirmed()
    await record(api, adviser, case_id, confirm)
    assert await confirmed(api, adviser, case_id)

    landlord = await somebody(owner, places.landlord, "Landlord")
    await sent(api, landlord, new(case_id, landlord, AddNote(), NewNote(WORDS, sensitivity=DANGER)))

    assert not await confirmed(api, adviser, case_id)
    found = await annex_of(api, adviser, case_id)
    assert found is not None
    assert {"call", "decide"} <= {each.clock for each in found.clocks}
    assert WORDS in await entries_of(api, adviser, case_id)
    assert await entries_of(api, landlord, case_id) == [WORDS]
    assert await entries_of(api, nurse, case_id) == []


@pytest.mark.parametrize("as_whom", ["another person", "another organisation", "a stranger"])
async def test_given_somebody_who_writes_as_another_then_postgresql_refuses(
    api: AsyncEngine, owner: AsyncEngine, places: Places, case_id: UUID, as_whom: str
) -> None:
    nurse = await somebody(owner, places.trust, "Nurse", "discharge-team")
    other = await somebody(owner, places.trust, "Other", "discharge-team")
    stranger = await somebody(owner, places.stranger, "Stranger")
    writer, writes_as = {
        "another person": (nurse, other),
        "another organisation": (stranger, nurse),
        "a stranger": (stranger, stranger),
    }[as_whom]
    said = danger.danger_in(new(case_id, writes_as, AddNote(), NewNote(WORDS, sensitivity=DANGER)))
    assert said is not None
    with pytest.raises(HomewardError) as refused:
        async with transaction(
            api, organisation_id=writer.organisation_id, user_id=writer.user_id
        ) as session:
            await danger.keep_danger(session, said)
    assert refused.value.code == "not-found"


NOTES = text(
    "SELECT id, case_id, command_id, item, organisation_id, author_id, team_id, text, sensitivity, created_at"
    " FROM notes ORDER BY id"
)
HELD = text(
    "INSERT INTO notes (id, case_id, command_id, item, organisation_id, author_id, text, sensitivity)"
    " VALUES (:id, :case_id, :command_id, :item, :who, :author_id, :text, :sensitivity)"
)


async def test_given_notes_about_danger_when_migrated_up_then_the_annex_has_them_and_down_the_notes(
    api: AsyncEngine,
    owner: AsyncEngine,
    worker: AsyncEngine,
    places: Places,
    case_id: UUID,
    database: Database,
) -> None:
    nurse = await somebody(owner, places.trust, "Nurse", "discharge-team")
    adviser = await somebody(owner, places.trust, "Ida", "discharge-team")
    await appointed(api, owner, adviser)
    asked = await sent(api, nurse, new(case_id, nurse, AmendReferral(reasons=("adaptation",))))
    downgrade(database.owner_url, BEFORE)
    of_case = {
        "case_id": case_id,
        "who": places.trust,
        "author_id": nurse.user_id,
        "item": None,
        "command_id": None,
    }
    rows = [
        {"text": WORDS, "sensitivity": "danger", "command_id": asked.command_id},
        {"text": "safety", "sensitivity": "danger", "command_id": asked.command_id, "item": "reason"},
        {"text": "By message", "sensitivity": "danger", "author_id": None},
        {"text": "Of a case to come", "sensitivity": "danger", "case_id": uuid4()},
        {"text": "Rang the daughter", "sensitivity": "ordinary"},
    ]
    async with transaction(owner) as session:
        for row in rows:
            await session.execute(HELD, {"id": uuid4(), **of_case, **row})
        held = (await session.execute(NOTES)).all()

    migrate(database.owner_url)

    async with transaction(owner) as session:
        assert [row.text for row in (await session.execute(NOTES)).all()] == ["Rang the daughter"]
    assert sorted(await entries_of(api, adviser, case_id)) == ["By message", WORDS, "safety"]
    assert sorted(await entries_of(api, nurse, case_id)) == [WORDS, "safety"]
    found = await annex_of(api, adviser, case_id)
    assert found is not None
    assert {each.clock for each in found.clocks} == {"ask-alone", "call", "decide"}
    noted = [each.event for each in found.entries if isinstance(each.event, DangerNoted)]
    assert sorted(each.referred for each in noted) == [False, True]

    downgrade(database.owner_url, BEFORE)
    async with transaction(owner) as session:
        assert (await session.execute(NOTES)).all() == held
        assert await session.scalar(text("SELECT count(*) FROM safety_events")) == 0
    migrate(database.owner_url)
    assert sorted(await entries_of(api, adviser, case_id)) == ["By message", WORDS, "safety"]


async def test_given_an_annex_whose_readers_have_left_when_the_sweep_comes_then_the_other_lead_is_named(
    api: AsyncEngine, owner: AsyncEngine, worker: AsyncEngine, places: Places, case_id: UUID
) -> None:
    nurse = await somebody(owner, places.trust, "Nurse", "discharge-team")
    await sent(api, nurse, new(case_id, nurse, AddNote(), NewNote(WORDS, sensitivity=DANGER)))
    adviser = await somebody(owner, places.housing, "Ida")
    await appointed(api, owner, adviser)
    async with transaction(worker) as session:
        await safety.sweep_annexes(session, AT)
    assert await entries_of(api, adviser, case_id) == [WORDS]
