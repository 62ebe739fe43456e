"""Whether a process can work: a check for each thing that it needs, asked whenever somebody asks."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text
from temporalio.client import Client
from temporalio.service import RPCError

from discharge.errors import HomewardError
from discharge.reference.followed_folder import FollowedFolder
from discharge.store.engine import Sessions, transaction
from workflows.store import heartbeats

OK, AWAY = "ok", "unavailable"
LOOK_SECONDS = 2.0
"""Whoever asks has a time limit of its own."""

Check = Callable[[], Awaitable[str]]
"""Says ``ok``, or in a few words what is wrong; never a person's data, and no secret."""


@dataclass(frozen=True)
class Readiness:
    """What is looked at, and what of it must be ``ok``; the rest is told and may be amiss."""

    checks: Mapping[str, Check]
    needed: frozenset[str]

    async def report(self) -> tuple[bool, dict[str, str]]:
        """Whether the process is ready, and what each check says."""
        said = await asyncio.gather(*(check() for check in self.checks.values()))
        found = dict(zip(self.checks, said, strict=True))
        ready = all(found[name] == OK for name in self.needed)
        return ready, {"status": OK if ready else AWAY, **found}


def database(sessions: Sessions) -> Check:
    """Whether PostgreSQL answers, and holds the record."""

    async def check() -> str:
        try:
            async with asyncio.timeout(LOOK_SECONDS), transaction(sessions) as session:
                await session.execute(text("SELECT 1 FROM alembic_version"))
        except (HomewardError, TimeoutError):
            return AWAY
        return OK

    return check


def temporal(client: Callable[[], Awaitable[Client | None]]) -> Check:
    """Whether Temporal answers; not before there is a ``client``."""

    async def check() -> str:
        try:
            async with asyncio.timeout(LOOK_SECONDS):
                found = await client()
                return OK if found and await found.service_client.check_health() else AWAY
        except (RPCError, RuntimeError, TimeoutError):
            return AWAY

    return check


def files(followed: FollowedFolder[Any]) -> Check:
    """Which files cannot be used; their keys and faults are in the log, and for those who may see feeds."""

    async def check() -> str:
        wrong = {fault.file for fault in followed.faults}
        return f"not used: {', '.join(sorted(wrong))}" if wrong else OK

    return check


def tasks(failing: Callable[[], Mapping[str, str]]) -> Check:
    """Which background tasks fail, each with why."""

    async def check() -> str:
        found = sorted(failing().items())
        return "; ".join(f"{name}: {why}" for name, why in found) or OK

    return check


def schedules(sessions: Sessions) -> Check:
    """Which chores of the cluster are late: their schedule does not run."""

    async def check() -> str:
        try:
            async with asyncio.timeout(LOOK_SECONDS), transaction(sessions) as session:
                late = await heartbeats.late_parts(session)
        except (HomewardError, TimeoutError):
            return AWAY
        return f"late: {', '.join(late)}" if late else OK

    return check
