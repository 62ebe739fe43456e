"""Telling Temporal that an activity is still at work: after a crash nobody waits for its whole time-out."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from temporalio import activity

from fhir_adapters.background import spawn
from workflows import ports


@asynccontextmanager
async def heartbeat() -> AsyncIterator[None]:
    """Say so every now and then, until left."""

    async def beat() -> None:
        while True:
            activity.heartbeat()
            await asyncio.sleep(ports.BEAT_EVERY.total_seconds())

    beating = spawn("heartbeat of an activity", beat())
    try:
        yield
    finally:
        beating.cancel()
