"""PostgreSQL tells workers that somebody left work for them: a message stored, a decision, a letter released.

A notice names a loop and nobody. It is a convenience: each loop looks by itself now and then, and as often as
before while no notice can be heard (a pooler between us may keep them all).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import psycopg
from sqlalchemy.ext.asyncio import AsyncEngine

from discharge.store.engine import driver_settings

CHANNEL = "homeward_work"


async def listen(engine: AsyncEngine, ring: Callable[[str], None], heard: asyncio.Event) -> None:
    """Call ``ring`` with the name in each notice; ``heard`` is set while the connection lasts. Raises
    psycopg.OperationalError when it breaks.
    """
    settings = driver_settings(engine)
    async with await psycopg.AsyncConnection.connect(**settings, autocommit=True) as connection:
        await connection.execute(f"LISTEN {CHANNEL}")
        heard.set()
        try:
            async for notice in connection.notifies():
                ring(notice.payload)
        finally:
            heard.clear()
