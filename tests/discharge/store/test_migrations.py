from __future__ import annotations

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, create_engine, inspect, text

import discharge.store.tables
import fhir_adapters.store.tables
import housing_checks.store.tables
from discharge.store.base import Base
from discharge.store.migrations import downgrade, migrate
from tests.fixtures.postgres import Database, Server

PARTITIONS = "SELECT relname FROM pg_class WHERE relispartition AND relkind = 'r'"
ALL_FLOORS = (discharge.store.tables, housing_checks.store.tables, fhir_adapters.store.tables)


def partitions(connection: Connection) -> set[str]:
    """Tables that hold the rows of one month of another."""
    return set(connection.scalars(text(PARTITIONS)))


def test_the_migrated_database_is_what_the_tables_of_all_floors_say(database: Database) -> None:
    with create_engine(database.owner_url).connect() as connection:
        beside = partitions(connection)
        assert len(beside) > 4

        def whole(name: str | None, kind: str, _: object) -> bool:
            return kind != "table" or name not in beside

        context = MigrationContext.configure(connection, opts={"include_name": whole})
        assert compare_metadata(context, Base.metadata) == []
        for table in Base.metadata.sorted_tables:
            keyed = inspect(connection).get_pk_constraint(table.name)["constrained_columns"]
            assert keyed == [column.name for column in table.primary_key], table.name


def test_the_history_goes_up_and_down_and_up_again(database: Database) -> None:
    downgrade(database.owner_url)
    engine = create_engine(database.owner_url)
    assert inspect(engine).get_table_names() == ["alembic_version"]
    with engine.connect() as connection:
        left = connection.scalar(text("SELECT count(*) FROM pg_proc WHERE proname LIKE 'homeward%'"))
        assert left == 0
    migrate(database.owner_url)
    migrate(database.owner_url)
    with engine.connect() as connection:
        named = set(inspect(connection).get_table_names()) - partitions(connection)
    assert named == {"alembic_version", *Base.metadata.tables}


def test_a_superuser_may_not_migrate_because_its_functions_would_cross_every_wall(
    postgres_server: Server, database: Database
) -> None:
    downgrade(database.owner_url)
    with pytest.raises(psycopg.errors.RaiseException, match="no superuser"):
        migrate(postgres_server.url("postgres", database.name))
