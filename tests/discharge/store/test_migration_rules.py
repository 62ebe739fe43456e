"""What a migration of a record in use may do: wait shortly for a table, and make indexes beside whoever
writes.
"""

from __future__ import annotations

import re
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncEngine

from discharge.store import migrations
from discharge.store.engine import transaction
from discharge.store.migrations import FOLDER, TablesInUse, downgrade, migrate
from discharge.store.tables import Person
from discharge.store.tables.persons import name_begins
from tests.fixtures.postgres import Database, Places

[_FIRST_WITH_RULE] = (FOLDER / "versions").glob("*_name_keys.py")
LAST_WITHOUT_RULE = f"{int(_FIRST_WITH_RULE.name[:4]) - 1:04d}"
_INDEX = re.compile(r"CREATE (?:UNIQUE )?INDEX (?!CONCURRENTLY)(?:IF NOT EXISTS )?(\w+)\s+ON (\w+)", re.I)
_TABLE = re.compile(r"CREATE TABLE (\w+)", re.I)


def plain_indexes(file: Path) -> list[str]:
    """Indexes that are made while nobody may write, on a table that another migration made."""
    said = file.read_text(encoding="utf-8")
    own = set(_TABLE.findall(said))
    return [name for name, table in _INDEX.findall(said) if table not in own]


def test_given_a_new_migration_when_read_then_it_makes_no_index_that_holds_up_whoever_writes() -> None:
    files = [*(FOLDER / "sql").glob("*.sql"), *(FOLDER / "versions").glob("*.py")]
    new = [file for file in files if file.name[:4] > LAST_WITHOUT_RULE and "_down" not in file.name]
    assert {file.name: found for file in new if (found := plain_indexes(file))} == {}
    assert [file.name for file in new if "op.create_index" in file.read_text(encoding="utf-8")] == []
    assert any(plain_indexes(file) for file in files if file.name[:4] <= LAST_WITHOUT_RULE)


def test_given_a_table_in_use_when_migrating_then_it_gives_way_says_so_and_goes_on_later(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(migrations, "LOCK_SECONDS", 1)
    monkeypatch.setattr(migrations, "PAUSES", (0.1,))
    downgrade(database.owner_url, LAST_WITHOUT_RULE)
    address = database.owner_url.replace("+psycopg", "")
    with psycopg.connect(address) as reader, psycopg.connect(address, autocommit=True) as other:
        reader.execute("SELECT count(*) FROM persons")
        with pytest.raises(TablesInUse):
            migrate(database.owner_url)
        assert other.execute("SELECT version_num FROM alembic_version").fetchone() == (LAST_WITHOUT_RULE,)
        assert other.execute("SELECT count(*) FROM persons").fetchone() == (0,)
    migrate(database.owner_url)


async def test_given_many_people_when_a_door_searches_a_name_then_an_index_serves_it_behind_the_wall(
    owner: AsyncEngine, api: AsyncEngine, places: Places
) -> None:
    async with transaction(owner) as session:
        await session.execute(
            text(
                "INSERT INTO persons (id, family_name, given_name)"
                " SELECT gen_random_uuid(), 'Brook' || n, 'Sam' || n FROM generate_series(1, 5000) AS n"
            )
        )
    async with owner.connect() as connection:
        await connection.execution_options(isolation_level="AUTOCOMMIT")
        await connection.execute(text("ANALYZE persons"))
    wanted = select(Person.id).where(name_begins("BROOK77"))
    searched = wanted.compile(dialect=api.dialect, compile_kwargs={"literal_binds": True})
    async with transaction(api, organisation_id=places.trust) as session:
        plan = await session.scalars(text(f"EXPLAIN {searched}".replace(":", "\\:")))
        said = "\n".join(plan)
    assert "ix_persons_family_key" in said
    assert "ix_persons_given_key" in said
