"""A database that is not ours: its owner migrates, and our programs act as their own roles."""

from __future__ import annotations

import asyncio

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import text

from deploy.embedded.failures import CannotRun
from deploy.embedded.outside import acting_as, let_owner_act_as
from discharge.store.engine import driver_settings, make_engine
from discharge.store.migrations import migrate
from tests.fixtures.postgres import Database

pytestmark = pytest.mark.slow


def test_given_a_url_with_options_when_a_role_is_added_then_both_are_kept() -> None:
    url = acting_as(
        "postgresql://o:p@h/d?options=-c%20statement_timeout%3D5s&sslmode=require", "homeward_api"
    )
    assert url.startswith("postgresql+psycopg://o:p@h/d?")
    assert "statement_timeout%3D5s%20-c%20role%3Dhomeward_api" in url
    assert "sslmode=require" in url


@pytest.fixture
def foreign_owner(database: Database) -> str:
    """Somebody who may make roles, and owns an empty database."""
    server, name = database.server, f"{database.name}_own"
    with server.superuser() as connection:
        for statement in ("CREATE ROLE {} LOGIN CREATEROLE PASSWORD 'x'", "CREATE DATABASE {} OWNER {}"):
            connection.execute(sql.SQL(statement).format(*[sql.Identifier(name)] * statement.count("{}")))
        for role in ("homeward_api", "homeward_worker"):
            grant = sql.SQL("GRANT {} TO {} WITH ADMIN TRUE, SET FALSE, INHERIT FALSE")
            connection.execute(grant.format(sql.Identifier(role), sql.Identifier(name)))
    return f"postgresql+psycopg://{name}:x@127.0.0.1:{server.port}/{name}"


async def test_given_an_owner_when_it_migrated_then_our_programs_act_as_roles_that_see_less(
    foreign_owner: str,
) -> None:
    await asyncio.to_thread(migrate, foreign_owner)
    let_owner_act_as(foreign_owner, ("homeward_api", "homeward_worker"))
    engine = make_engine(acting_as(foreign_owner, "homeward_api"))
    asked = "SELECT current_user, row_security_active('cases'), current_setting('jit')"
    async with engine.connect() as connection:
        assert tuple((await connection.execute(text(asked))).one()) == ("homeward_api", True, "off")
    await engine.dispose()
    async with await psycopg.AsyncConnection.connect(**driver_settings(engine)) as driver:
        assert await (await driver.execute(asked.encode())).fetchone() == ("homeward_api", True, "off")


def test_given_an_owner_who_may_not_act_for_others_when_asked_then_the_sentence_says_so(
    database: Database,
) -> None:
    with pytest.raises(CannotRun, match="must be able to act as homeward_api"):
        let_owner_act_as(database.api_url, ("homeward_api",))
