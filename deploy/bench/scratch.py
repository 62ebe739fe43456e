"""Servers for one run: the embedded stack's own, in their own folder on free ports, gone when it ends.

With `HOMEWARD_DATABASE_URL` PostgreSQL is somebody else's: an empty database, named as its owner sees it.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
import sys
import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import text

from deploy.embedded import outside, postgres
from deploy.embedded.failures import CannotRun
from deploy.embedded.keys import Keys
from deploy.embedded.part import Part
from deploy.embedded.readiness_probe import listening
from deploy.embedded.stack import PLACES
from deploy.embedded.supervisor import Supervisor
from deploy.places import Here, read_places, register
from deploy.settings import Settings, driver_url
from discharge.store.engine import make_engine, make_sessions, transaction
from discharge.store.migrations import migrate
from workflows.store.clock import fixed_clock

HOST = "127.0.0.1"
OURS = (sys.executable, "-P", "-m")


class _Quietly:
    """The table is what a person came for."""

    def starting(self, title: str) -> None:
        """Nothing to say."""

    def ready(self, title: str, seconds: float) -> None:
        """Nothing to say."""

    def note(self, words: str) -> None:
        """Nothing to say."""


@dataclass(frozen=True)
class Scratch:
    """A folder, its keys, and who starts and stops what runs on it."""

    folder: Path
    supervisor: Supervisor
    postgres_port: int
    given: str | None

    @property
    def keys(self) -> Keys:
        """Passwords and keys of this run."""
        return Keys(self.folder / "keys")

    def url(self, role: str) -> str:
        """The database as a role sees it."""
        if self.given is None:
            return postgres.url(role, self.keys, self.postgres_port)
        return driver_url(self.given) if role == postgres.OWNER else outside.acting_as(self.given, role)

    async def start_postgres(self) -> None:
        """A migrated record with its case clock, that knows organisations and feeds of the demo; everything
        synchronous.
        """
        if self.given is None:
            place = await asyncio.to_thread(postgres.find_place, self.folder)
            await asyncio.to_thread(postgres.make_cluster, place, self.keys)
            await self.start(postgres.part(place, self.keys, self.postgres_port))
        else:
            await _must_be_empty(self.given)
        await asyncio.to_thread(migrate, self.url(postgres.OWNER))
        if self.given:
            outside.let_owner_act_as(self.given, (postgres.API, postgres.WORKER))
        engine = make_engine(self.url(postgres.OWNER))
        await fixed_clock(make_sessions(engine), factor=1.0)
        await register(engine, read_places(PLACES), Here(today=datetime.now(UTC).date()))
        await engine.dispose()

    async def start_listener(self, name: str, words: tuple[str, ...], port: int) -> None:
        """A program of ours that listens on a port."""
        environment = {"HOMEWARD_MLLP_HOST": HOST, "HOMEWARD_MLLP_PORT": str(port)}
        await self.start(
            replace(self.program(name, words, postgres.API, environment), ready=listening(HOST, port))
        )

    def program(self, name: str, words: tuple[str, ...], role: str, environment: Mapping[str, str]) -> Part:
        """A module of ours as a process of its own, in its own role."""
        given = {
            **os.environ,
            "HOMEWARD_DATABASE_URL": self.url(role),
            **environment,
        }
        return Part(name=name, title=name, command=[*OURS, *words], environment=given, ready=_never)

    async def start(self, part: Part) -> None:
        """Start a part and wait until it answers; none outlives us, however we end. Raises PartFailed."""
        await self.supervisor.start_together([replace(part, dies_with_us=True)])


async def _must_be_empty(url: str) -> None:
    """What is measured is written, so nobody's record may be there. Raises CannotRun."""
    engine = make_engine(driver_url(url))
    async with transaction(engine) as session:
        found = await session.scalar(text("SELECT to_regclass('alembic_version')::text"))
    await engine.dispose()
    if found:
        raise CannotRun("HOMEWARD_DATABASE_URL names a database with a record in it. Name an empty one.")


async def _never() -> bool:
    raise LookupError("whoever starts a program says when it is ready")


@asynccontextmanager
async def scratch() -> AsyncIterator[Scratch]:
    """A place for servers. Whatever was started there is stopped, and its files are removed, at the end."""
    folder = _folder()
    given = Settings().database_url
    try:
        with Supervisor(folder, _Quietly()) as supervisor:
            try:
                yield Scratch(folder, supervisor, free_port(), given.get_secret_value() if given else None)
            finally:
                await supervisor.stop()
    finally:
        _remove(folder)


def _folder() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="homeward-bench-"))
    folder.chmod(0o755)  # PostgreSQL may run as a user of its own
    return folder


def _remove(folder: Path) -> None:
    note = folder / "postgres.location"
    if note.exists():
        shutil.rmtree(note.read_text(encoding="utf-8").strip(), ignore_errors=True)
    shutil.rmtree(folder, ignore_errors=True)


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port
