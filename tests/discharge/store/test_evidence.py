"""Photos and documents in the record: with their command or not at all, and behind the walls."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from discharge.cases.commands import AddItemEvidence, Envelope
from discharge.cases.model import Actor
from discharge.store.commands import NewCommand, take
from discharge.store.engine import transaction
from discharge.store.evidence import NewFile
from discharge.store.tables import CommandRow, EvidenceContentRow, EvidenceFileRow, Person
from tests.fixtures.cases import TODAY, open_case
from tests.fixtures.evidence import photo_rows
from tests.fixtures.postgres import Database, Places


def new(case_id: UUID, organisation: UUID, user: UUID, content: bytes = b"\xff\xd8\xff") -> NewCommand:
    file = NewFile(
        file_id=uuid4(), item="bed", evidence="photo", media_type="image/jpeg", content=content,
        thumbnail=b"t", width=1, height=1, source_sha256="s",
    )  # fmt: skip
    envelope = Envelope(
        command_id=uuid4(),
        case_id=case_id,
        actor=Actor(organisation_id=organisation, role="coordinator", user_id=user),
        effective_on=TODAY,
        command=AddItemEvidence(item="bed", evidence="photo", file_id=file.file_id),
    )
    return NewCommand(envelope, "client", str(uuid4()), "h", file=file)


@pytest.fixture
async def case_id(worker: AsyncEngine, places: Places, person_id: UUID) -> UUID:
    return (await open_case(worker, person_id, places.trust, places.housing)).case_id


async def counted(
    engine: AsyncEngine, organisation: UUID | None = None, user: UUID | None = None
) -> list[int]:
    async with transaction(engine, organisation_id=organisation, user_id=user) as session:
        tables = (CommandRow, EvidenceFileRow, EvidenceContentRow)
        return [await session.scalar(select(func.count()).select_from(each)) or 0 for each in tables]


async def test_given_a_command_with_a_file_then_both_are_kept_or_neither(
    api: AsyncEngine, owner: AsyncEngine, places: Places, case_id: UUID
) -> None:
    user = uuid4()
    before = await counted(owner)
    async with transaction(api, organisation_id=places.housing, user_id=user) as session:
        await take(session, new(case_id, places.housing, user))
        await session.rollback()
    assert await counted(owner) == before
    async with transaction(api, organisation_id=places.housing, user_id=user) as session:
        await take(session, new(case_id, places.housing, user))
    assert await counted(owner) == [each + 1 for each in before]


KILLED = """
import asyncio, os, signal, sys
from uuid import UUID
sys.path.insert(0, sys.argv[5])
from discharge.store.commands import take
from discharge.store.engine import make_engine, transaction
from tests.discharge.store.test_evidence import new

async def main():
    engine = make_engine(sys.argv[1])
    case_id, organisation, user = (UUID(each) for each in sys.argv[2:5])
    async with transaction(engine, organisation_id=organisation, user_id=user) as session:
        await take(session, new(case_id, organisation, user, b"x" * 3_000_000))
        os.kill(os.getpid(), signal.SIGKILL)

asyncio.run(main())
"""


async def test_given_a_process_killed_before_its_commit_then_nothing_of_the_file_is_there(
    database: Database, owner: AsyncEngine, places: Places, case_id: UUID
) -> None:
    before = await counted(owner)
    given = [database.api_url, str(case_id), str(places.housing), str(uuid4()), str(Path.cwd())]
    killed = subprocess.run([sys.executable, "-c", KILLED, *given], check=False, capture_output=True)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert await counted(owner) == before


async def test_given_a_door_then_it_adds_a_file_for_itself_and_its_case_alone(
    api: AsyncEngine, places: Places, case_id: UUID
) -> None:
    user = uuid4()
    for organisation, author in ((places.stranger, user), (places.housing, uuid4())):
        with pytest.raises(DBAPIError, match="row-level security"):
            async with transaction(api, organisation_id=organisation, user_id=user) as session:
                await take(session, new(case_id, organisation, author))


async def test_given_a_door_then_it_changes_and_deletes_no_file(
    api: AsyncEngine, owner: AsyncEngine, places: Places, case_id: UUID
) -> None:
    async with transaction(owner) as session:
        session.add_all(photo_rows(case_id, places.trust))
    for statement in (
        "UPDATE evidence_files SET state = 'kept'",
        "DELETE FROM evidence_files",
        "UPDATE evidence_contents SET content = ''",
        "DELETE FROM evidence_contents",
    ):
        with pytest.raises(DBAPIError, match="permission denied"):
            async with transaction(api, organisation_id=places.trust) as session:
                await session.execute(text(statement))


async def test_given_a_hidden_person_then_postgresql_shows_the_bytes_to_nobody(
    api: AsyncEngine, worker: AsyncEngine, owner: AsyncEngine, places: Places, case_id: UUID
) -> None:
    async with transaction(owner) as session:
        session.add_all(photo_rows(case_id, places.trust))
    assert (await counted(api, places.trust))[1:] == [1, 1]
    async with transaction(worker) as session:
        await session.execute(update(Person).values(hidden_by_feed=True))
    for organisation in (places.trust, places.housing):
        assert (await counted(api, organisation))[1:] == [1, 0]


async def test_given_a_restricted_file_or_one_removed_then_its_bytes_are_not_read(
    api: AsyncEngine, owner: AsyncEngine, places: Places, case_id: UUID
) -> None:
    async with transaction(owner) as session:
        session.add_all(photo_rows(case_id, places.trust))
    async with transaction(owner) as session:
        await session.execute(update(EvidenceFileRow).values(state="removed"))
    assert (await counted(api, places.housing))[1:] == [1, 0]
    async with transaction(owner) as session:
        await session.execute(update(EvidenceFileRow).values(state="kept", sensitivity="restricted"))
    assert (await counted(api, places.housing))[1:] == [0, 0]
