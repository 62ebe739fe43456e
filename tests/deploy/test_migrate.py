"""`homeward migrate` against an empty database of its own: up, down to nothing, and up again."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import psycopg
import pytest

from deploy.embedded import postgres
from deploy.embedded.keys import Keys
from deploy.embedded.supervisor import Supervisor
from tests.deploy.embedded.telling import Told

pytestmark = pytest.mark.slow


@pytest.fixture
async def owner_url(data: Path, free_port: int) -> AsyncIterator[str]:
    keys, place = Keys(data / "keys"), postgres.find_place(data)
    postgres.make_cluster(place, keys)
    with Supervisor(data, Told()) as supervisor:
        await supervisor.start_together([postgres.part(place, keys, free_port)])
        yield postgres.url(postgres.OWNER, keys, free_port)
        await supervisor.stop()


def migrate(url: str | None, *options: str) -> subprocess.CompletedProcess[str]:
    environment = {name: text for name, text in os.environ.items() if not name.startswith("HOMEWARD_")}
    command = [sys.executable, "-m", "deploy.cli.main", "migrate", *options]
    given = {"HOMEWARD_DATABASE_URL": url} if url else {}
    return subprocess.run(command, env=environment | given, capture_output=True, text=True, check=False)


async def shape(url: str) -> list[tuple[object, ...]]:
    """Every column that our schema has, but for Alembic's own."""
    query = """SELECT table_name, column_name, data_type FROM information_schema.columns
        WHERE table_schema = 'public' AND table_name <> 'alembic_version' ORDER BY 1, 2"""
    async with await psycopg.AsyncConnection.connect(url.replace("+psycopg", "")) as connection:
        return await (await connection.execute(query)).fetchall()


async def test_given_an_empty_database_when_migrated_up_down_and_up_then_the_shape_is_the_same(
    owner_url: str,
) -> None:
    assert migrate(owner_url).returncode == 0
    first = await shape(owner_url)
    refused = migrate(owner_url, "--down")
    assert (refused.returncode != 0, "--yes" in refused.stderr) == (True, True)
    assert migrate(owner_url, "--down", "--yes").returncode == 0
    assert await shape(owner_url) == []
    assert migrate(owner_url.replace("+psycopg", "")).returncode == 0
    assert await shape(owner_url) == first != []


def test_given_no_database_url_when_migrating_then_the_sentence_names_the_variable() -> None:
    ended = migrate(None)
    assert ended.returncode == 1
    assert ended.stderr.startswith("HOMEWARD_DATABASE_URL is not set.")
