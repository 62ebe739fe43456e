"""How the supervisor asks a part whether it is ready."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from datetime import datetime

import httpx
import psycopg

from discharge.store.driver import DatabaseTimes, connect


class SignOfLife:
    """A part that listens nowhere is ready once it has written its heartbeat, by the database's clock."""

    def __init__(self, database_url: str, part: str) -> None:
        self._url = database_url.replace("+psycopg", "")
        self._part = part
        self._since: datetime | None = None

    async def ask_from_now_on(self) -> None:
        """Signs of an earlier life do not count."""
        self._since = None
        with contextlib.suppress(psycopg.Error):
            self._since = await self._one("SELECT now()")

    async def seen(self) -> bool:
        """Whether it has shown since."""
        if self._since is None:
            await self.ask_from_now_on()
            return False
        with contextlib.suppress(psycopg.Error):
            query = "SELECT max(beat_at) FROM heartbeats WHERE part = %s AND beat_at >= %s"
            return await self._one(query, self._part, self._since) is not None
        return False

    async def _one(self, query: str, *values: object) -> datetime | None:
        times = DatabaseTimes(connect=5, statement=5)
        async with await connect(times, conninfo=self._url, connect_timeout=5) as connection:
            row = await (await connection.execute(query, values)).fetchone()
            return row[0] if row else None


async def at_once() -> bool:
    """A part that only acts on others is ready as soon as it runs."""
    return True


def listening(host: str, port: int) -> Callable[[], Awaitable[bool]]:
    """Ask whether a port takes connections."""

    async def answers() -> bool:
        with contextlib.suppress(OSError):
            _, writer = await asyncio.open_connection(host, port)
            writer.close()
            return True
        return False

    return answers


def successful(address: str) -> Callable[[], Awaitable[bool]]:
    """Ask whether an address answers with success."""

    async def answers() -> bool:
        with contextlib.suppress(httpx.HTTPError):
            async with httpx.AsyncClient(timeout=5, trust_env=False) as client:
                return (await client.get(address)).is_success
        return False

    return answers
