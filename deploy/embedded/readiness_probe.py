"""How the supervisor asks a part whether it is ready."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import ssl
from collections.abc import Awaitable, Callable

import httpx


@functools.cache
def _certificates() -> ssl.SSLContext:
    """Loaded once: done for each question, that keeps a processor from the very part that is to start."""
    return httpx.create_ssl_context()


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
            async with httpx.AsyncClient(timeout=5, trust_env=False, verify=_certificates()) as client:
                return (await client.get(address)).is_success
        return False

    return answers
