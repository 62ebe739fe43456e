from __future__ import annotations

from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from discharge.errors import HomewardError
from discharge.store.driver import DatabaseTimes
from discharge.store.engine import make_engine, transaction
from discharge.store.tables import Person
from tests.fixtures.postgres import Database, Places

TENANT = text("SELECT current_setting('homeward.organisation_id', true)")


async def test_a_tenant_lasts_for_one_transaction_only(api: AsyncEngine, places: Places) -> None:
    async with transaction(api, organisation_id=places.trust) as session:
        assert await session.scalar(TENANT) == str(places.trust)
    async with transaction(api) as session:
        assert not await session.scalar(TENANT)


async def test_given_no_server_then_the_database_is_unavailable() -> None:
    engine = make_engine("postgresql+psycopg://nobody:x@127.0.0.1:9/none", times=DatabaseTimes(connect=2))
    with pytest.raises(HomewardError) as caught:
        async with transaction(engine):
            pass
    assert caught.value.code == "database-unavailable"


async def test_an_error_from_the_database_repeats_no_value(worker: AsyncEngine, places: Places) -> None:
    person = Person(id=uuid4(), family_name="Ashdown", merged_into=uuid4())
    with pytest.raises(HomewardError) as caught:
        async with transaction(worker) as session:
            session.add(person)
    assert caught.value.code == "internal"
    assert "fk_persons_merged_into_persons" in str(caught.value)
    assert "Ashdown" not in repr(caught.value)
    assert str(person.merged_into) not in repr(caught.value)


COMMITTED = "SELECT xact_commit FROM pg_stat_database WHERE datname = %s"


async def test_given_a_kept_connection_when_asked_whether_it_lives_then_that_is_no_transaction_of_its_own(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("discharge.store.engine.SURE_SECONDS", 0)
    engine = make_engine(database.worker_url, pool_size=1)

    async def one() -> int:
        """How many transactions PostgreSQL has counted after this one, as read from another database."""
        async with transaction(engine) as session:
            await session.execute(text("SELECT count(*) FROM case_clock"))  # what touched no table is kept
            await session.execute(text("SELECT pg_stat_force_next_flush()"))
        with database.server.superuser() as reading:
            (count,) = reading.execute(COMMITTED, (database.name,)).fetchone() or (0,)
        return int(count)

    await one()
    counted = [await one() for _ in range(5)]
    await engine.dispose()
    assert counted[-1] - counted[0] == 4
