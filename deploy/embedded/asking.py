"""How the supervisor asks a part whether it is ready."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable

import httpx


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
