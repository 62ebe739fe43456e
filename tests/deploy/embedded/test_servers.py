"""The real servers, one after the other, as the supervisor runs them."""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from deploy.embedded import openid, postgres, temporal
from deploy.embedded.keys import Keys
from deploy.embedded.processes import Records
from deploy.embedded.supervisor import Supervisor
from tests.deploy.embedded.telling import Told, until

pytestmark = pytest.mark.slow


@pytest.fixture
async def supervisor(data: Path) -> AsyncIterator[Supervisor]:
    with Supervisor(data, Told()) as ours:
        yield ours
        await ours.stop()


async def connect(keys: Keys, role: str, port: int) -> psycopg.AsyncConnection[tuple[Any, ...]]:
    return await psycopg.AsyncConnection.connect(
        host="127.0.0.1",
        port=port,
        user=role,
        password=keys.password(role),
        dbname="homeward",
        autocommit=True,
    )


async def value(connection: psycopg.AsyncConnection[tuple[Any, ...]], query: str) -> Any:
    row = await (await connection.execute(query)).fetchone()
    assert row
    return row[0]


async def test_given_a_new_cluster_when_started_then_its_roles_cannot_bypass_and_it_syncs(
    supervisor: Supervisor, data: Path, free_port: int
) -> None:
    keys, place = Keys(data / "keys"), postgres.find_place(data)
    postgres.make_cluster(place, keys)
    await supervisor.start_together([postgres.part(place, keys, free_port)])
    async with await connect(keys, postgres.OWNER, free_port) as owner:
        powers = "SELECT count(*) FROM pg_roles WHERE rolname LIKE 'homeward%' AND (rolsuper OR rolbypassrls)"
        assert await value(owner, powers) == 0
        assert await value(
            owner, "SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = 'homeward'"
        ) == (postgres.OWNER)
        for setting in ("fsync", "synchronous_commit", "full_page_writes", "data_checksums"):
            assert await value(owner, f"SHOW {setting}") == "on"
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        await psycopg.AsyncConnection.connect(
            host="127.0.0.1", port=free_port, user=postgres.API, password="wrong", dbname="homeward"
        )


async def test_given_rows_when_the_postmaster_is_killed_then_it_comes_back_with_them(
    supervisor: Supervisor, data: Path, free_port: int
) -> None:
    keys, place = Keys(data / "keys"), postgres.find_place(data)
    postgres.make_cluster(place, keys)
    await supervisor.start_together([postgres.part(place, keys, free_port)])
    async with await connect(keys, postgres.OWNER, free_port) as owner:
        await owner.execute("CREATE TABLE nights AS SELECT 7 AS n")
    first = Records(data / "run").find("postgres")
    assert first
    os.kill(first.pid, signal.SIGKILL)
    told = supervisor._progress
    assert isinstance(told, Told)
    await until(lambda: "PostgreSQL is back" in told.notes, 30)
    async with await connect(keys, postgres.OWNER, free_port) as owner:
        assert await value(owner, "SELECT n FROM nights") == 7


async def test_given_a_lost_supervisor_when_a_new_one_comes_then_it_stops_the_server_and_starts_it(
    data: Path, free_port: int
) -> None:
    keys, place = Keys(data / "keys"), postgres.find_place(data)
    postgres.make_cluster(place, keys)
    part = postgres.part(place, keys, free_port)
    with Supervisor(data, Told()) as lost:
        await lost.start_together([part])
        await lost._watchers.stop()  # as dead as a supervisor can be inside one test
    old = Records(data / "run").find("postgres")
    assert old
    with Supervisor(data, Told()) as ours:
        await ours.stop_leftovers(["postgres"])
        assert old.process() is None
        await ours.start_together([part])
        async with await connect(keys, postgres.OWNER, free_port) as owner:
            assert await value(owner, "SELECT 1") == 1
        await ours.stop()


async def test_given_a_lock_file_with_the_pid_of_a_stranger_when_started_then_it_does_not_matter(
    supervisor: Supervisor, data: Path, free_port: int
) -> None:
    keys, place = Keys(data / "keys"), postgres.find_place(data)
    postgres.make_cluster(place, keys)
    (place.cluster / "postmaster.pid").write_text(
        f"{os.getpid()}\n{place.cluster}\n1\n{free_port}\n\n\n\nready\n"
    )
    await supervisor.start_together([postgres.part(place, keys, free_port)])


@pytest.mark.skipif(os.geteuid() != 0, reason="only root runs PostgreSQL as somebody else")
def test_given_root_and_a_private_directory_when_a_place_is_found_then_it_lies_elsewhere_for_good() -> None:
    data = Path(tempfile.mkdtemp(prefix="homeward-test-"))
    try:
        place = postgres.find_place(data)
        assert place.cluster.is_relative_to(postgres.REACHABLE)
        assert postgres.find_place(data).cluster == place.cluster
        postgres.make_cluster(place, Keys(data / "keys"))
        assert (place.cluster / "PG_VERSION").exists()
        shutil.rmtree(place.cluster)
    finally:
        shutil.rmtree(data)


async def test_given_temporal_when_started_then_it_answers_and_writes_to_disk(
    supervisor: Supervisor, data: Path, free_ports: list[int]
) -> None:
    await supervisor.start_together([temporal.part(data, free_ports[0], free_ports[1])])
    assert (data / "temporal" / "temporal.db-wal").exists()


async def test_given_the_openid_provider_when_started_then_it_answers(
    supervisor: Supervisor, data: Path, free_port: int
) -> None:
    keys = Keys(data / "keys")
    provider = openid.part(keys, "127.0.0.1", "127.0.0.1", free_port, "http://127.0.0.1:1", "")
    await supervisor.start_together([provider])
