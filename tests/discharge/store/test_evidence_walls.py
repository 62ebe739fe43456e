"""Each condition of the walls around photos and documents: whose file, on whose case, with which command."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from discharge.cases.commands import AddNote, Envelope
from discharge.cases.model import Actor
from discharge.store.commands import NewCommand, take
from discharge.store.engine import transaction
from discharge.store.tables import Person
from tests.discharge.store.test_evidence import new
from tests.fixtures.cases import TODAY, open_case
from tests.fixtures.postgres import Places

USER = uuid4()
FILE = (
    "INSERT INTO evidence_files (id, case_id, command_id, item, evidence, organisation_id, author_id,"
    " media_type, size, sha256, sensitivity, state, shown_to)"
    " VALUES (gen_random_uuid(), :case_id, :command_id, :item, 'photo', :organisation_id, :author_id,"
    " 'image/jpeg', 7, :sha256, :sensitivity, :state, :shown_to)"
)
CONTENT = "INSERT INTO evidence_contents (case_id, sha256, content) VALUES (:case_id, :sha256, 'ab')"
SIZE = text("SELECT homeward_evidence_bytes(:case)")


@pytest.fixture
async def case_id(worker: AsyncEngine, places: Places, person_id: UUID) -> UUID:
    return (await open_case(worker, person_id, places.trust, places.housing, places.landlord)).case_id


@pytest.fixture
async def elsewhere(worker: AsyncEngine, places: Places) -> UUID:
    """A case of somebody else, in which the trust and a stranger take part."""
    async with transaction(worker) as session:
        other = Person(id=uuid4(), family_name="Other")
        session.add(other)
    return (await open_case(worker, other.id, places.trust, places.stranger)).case_id


async def command_of(
    api: AsyncEngine, case_id: UUID, organisation_id: UUID, kind: str = "file", user: UUID = USER
) -> UUID:
    """A command that is taken, with its file; or a note."""
    asked = new(case_id, organisation_id, user, content=uuid4().bytes)
    if kind != "file":
        actor = Actor(organisation_id=organisation_id, role="coordinator", user_id=user)
        asked = NewCommand(
            Envelope(command_id=uuid4(), case_id=case_id, actor=actor, effective_on=TODAY, command=AddNote()),
            "client",
            str(uuid4()),
            "h",
        )
    async with transaction(api, organisation_id=organisation_id, user_id=user) as session:
        await take(session, asked)
    return asked.envelope.command_id


async def put(engine: AsyncEngine, statement: str, tenant: UUID | None, **values: Any) -> None:
    user = USER if tenant is not None else None
    async with transaction(engine, organisation_id=tenant, user_id=user) as session:
        await session.execute(text(statement), values)


async def refused(engine: AsyncEngine, statement: str, tenant: UUID, **values: Any) -> None:
    with pytest.raises(DBAPIError, match="row-level security"):
        await put(engine, statement, tenant, **values)


def file(case_id: UUID, organisation_id: UUID, command_id: UUID, **changes: Any) -> dict[str, Any]:
    return {
        "case_id": case_id, "command_id": command_id, "item": "bed", "organisation_id": organisation_id,
        "author_id": USER, "sha256": "d", "sensitivity": "ordinary", "state": "waiting", "shown_to": [],
    } | changes  # fmt: skip


async def seen(api: AsyncEngine, organisation_id: UUID) -> list[int]:
    async with transaction(api, organisation_id=organisation_id, user_id=USER) as session:
        return [
            await session.scalar(text(f"SELECT count(*) FROM {table}")) or 0
            for table in ("evidence_files", "evidence_contents")
        ]


async def test_given_a_file_then_it_is_added_in_its_own_name_waiting_shown_to_nobody_and_with_its_command(
    api: AsyncEngine, places: Places, case_id: UUID, elsewhere: UUID
) -> None:
    command = await command_of(api, case_id, places.trust)
    noted = await command_of(api, case_id, places.trust, "note")
    of_other = await command_of(api, elsewhere, places.trust)
    await put(api, FILE, places.trust, **file(case_id, places.trust, command))
    for changes in (
        {"organisation_id": places.housing},
        {"author_id": uuid4()},
        {"author_id": None},
        {"state": "kept"},
        {"shown_to": [places.landlord]},
        {"command_id": uuid4()},
        {"command_id": noted},
        {"command_id": of_other},
    ):
        await refused(api, FILE, places.trust, **file(case_id, places.trust, command) | changes)


async def test_given_who_takes_part_without_care_then_they_add_to_a_hazard_of_their_case_alone(
    api: AsyncEngine, owner: AsyncEngine, places: Places, case_id: UUID, elsewhere: UUID
) -> None:
    asked = await command_of(api, case_id, places.landlord, "note")
    kind = "UPDATE commands SET kind = 'add-item-evidence', case_id = :where WHERE id = :id"

    async def row(item: str, organisation_id: UUID, where: UUID) -> dict[str, Any]:
        await put(owner, kind, None, id=asked, where=where)
        return file(where, organisation_id, asked, item=item)

    for organisation_id in (places.stranger, places.landlord):
        await refused(api, FILE, organisation_id, **await row("bed", organisation_id, case_id))
    await put(api, FILE, places.landlord, **await row("hazard/1", places.landlord, case_id))
    await refused(api, FILE, places.stranger, **await row("hazard/1", places.stranger, case_id))
    await refused(api, FILE, places.landlord, **await row("hazard/1", places.landlord, elsewhere))


async def test_given_what_a_file_shows_then_it_comes_with_a_waiting_file_of_ones_own_on_the_same_case(
    api: AsyncEngine, owner: AsyncEngine, places: Places, case_id: UUID, elsewhere: UUID
) -> None:
    rows = [
        file(case_id, places.trust, uuid4(), sha256="mine"),
        file(case_id, places.trust, uuid4(), sha256="kept", state="kept"),
        file(case_id, places.housing, uuid4(), sha256="theirs"),
        file(elsewhere, places.trust, uuid4(), sha256="elsewhere"),
    ]
    for row in rows:
        await put(owner, FILE, None, **row)
    for digest in ("kept", "theirs", "elsewhere", "none"):
        await refused(api, CONTENT, places.trust, case_id=case_id, sha256=digest)
    await put(api, CONTENT, places.trust, case_id=case_id, sha256="mine")


async def test_given_files_then_those_who_care_see_them_and_a_partner_what_is_shown_to_it_or_waits_as_its_own(
    api: AsyncEngine, owner: AsyncEngine, places: Places, case_id: UUID, elsewhere: UUID
) -> None:
    landlord = [places.landlord]
    rows = [
        file(case_id, places.trust, uuid4(), state="kept"),
        file(case_id, places.trust, uuid4(), state="kept", shown_to=landlord),
        file(case_id, places.landlord, uuid4(), state="waiting"),
        file(case_id, places.landlord, uuid4(), state="kept"),
        file(case_id, places.trust, uuid4(), state="kept", shown_to=landlord, sensitivity="restricted"),
        file(case_id, places.landlord, uuid4(), state="waiting", sensitivity="restricted"),
        file(elsewhere, places.trust, uuid4(), state="kept", shown_to=landlord),
        file(elsewhere, places.landlord, uuid4(), state="waiting"),
        file(case_id, places.trust, uuid4(), state="kept", sha256="of this case"),
        file(case_id, places.trust, uuid4(), state="waiting"),
    ]
    for row in rows:
        await put(owner, FILE, None, **row)
    for where in (case_id, elsewhere):
        for digest in ("d", "of nobody", "of this case"):
            await put(owner, CONTENT, None, case_id=where, sha256=digest)
    found = {
        name: await seen(api, getattr(places, name)) for name in ("trust", "housing", "landlord", "stranger")
    }
    assert found == {"trust": [8, 3], "housing": [6, 2], "landlord": [2, 1], "stranger": [2, 1]}


async def test_given_how_full_a_case_is_then_it_counts_what_is_kept_and_what_is_still_to_come_of_this_case(
    api: AsyncEngine, owner: AsyncEngine, places: Places, case_id: UUID, elsewhere: UUID
) -> None:
    async def size(organisation_id: UUID) -> int:
        async with transaction(api, organisation_id=organisation_id, user_id=USER) as session:
            return await session.scalar(SIZE, {"case": case_id}) or 0

    commands = {state: await command_of(api, case_id, places.trust, "note") for state in ("taken", "refused")}
    await put(owner, "UPDATE commands SET state = 'refused' WHERE id = :id", None, id=commands["refused"])
    for row in (
        file(case_id, places.trust, uuid4(), state="kept"),
        file(case_id, places.trust, uuid4(), state="kept", sensitivity="restricted"),
        file(case_id, places.trust, commands["taken"], state="removed"),
        file(case_id, places.trust, commands["taken"]),
        file(case_id, places.trust, commands["refused"]),
        file(case_id, places.trust, uuid4()),
        file(elsewhere, places.trust, uuid4(), state="kept"),
    ):
        await put(owner, FILE, None, **row)
    assert await size(places.landlord) == 21
    assert await size(places.stranger) == 0


@pytest.mark.parametrize("table", ["evidence_files", "evidence_contents"])
async def test_given_the_worker_then_it_adds_no_file_and_changes_nothing_that_one_shows(
    worker: AsyncEngine, table: str
) -> None:
    refusals = [f"INSERT INTO {table} DEFAULT VALUES"]
    if table == "evidence_contents":
        refusals.append("UPDATE evidence_contents SET content = ''")
    for statement in refusals:
        with pytest.raises(DBAPIError, match="permission denied"):
            await put(worker, statement, None)
