"""The drain: takes messages out of the inbox, one person at a time, and gives them their effect. Needs
PostgreSQL only.

Several drains may run side by side; each takes what no other holds. When the database is away it waits and
goes on.
"""

import asyncio
import contextlib
import logging
from collections.abc import Mapping
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncEngine

from discharge.clocks import CaseClock
from discharge.errors import HomewardError
from discharge.store.engine import transaction
from fhir_adapters.feeds.loading import load_profiles, shipped_profiles
from fhir_adapters.feeds.profile import Profile
from fhir_adapters.hl7v2.store.cases import join_awaiting
from fhir_adapters.hl7v2.store.draining import Drained, drain_next

log = logging.getLogger("homeward.drain")

IDLE_SECONDS = 0.2
"""How long to wait when nothing waits."""
AWAY_SECONDS = 2.0
"""How long to wait when the database is away."""
JOIN_SECONDS = 2.0
"""How often cases that await a spell are compared with the spells that are known."""


def profiles_with(extra: Path | None = None) -> Mapping[str, Profile]:
    """The shipped profiles and those of an installation, which may replace them. Raises ProfileInvalid."""
    return {**shipped_profiles(), **(load_profiles(extra) if extra else {})}


async def drain_all(engine: AsyncEngine, profiles: Mapping[str, Profile], clock: CaseClock) -> list[Drained]:
    """Handle everything that waits now, then join cases that await a spell."""
    done: list[Drained] = []
    while drained := await drain_next(engine, profiles, clock):
        done.append(drained)
    async with transaction(engine) as session:
        await join_awaiting(session)
    return done


async def run_drain(
    engine: AsyncEngine,
    profiles: Mapping[str, Profile],
    clock: CaseClock,
    *,
    stop: asyncio.Event,
    drains: int = 1,
) -> None:
    """Drain until `stop` is set; the message at hand is finished first."""
    tasks = [asyncio.create_task(_drain(engine, profiles, clock, stop)) for _ in range(drains)]
    tasks.append(asyncio.create_task(_join(engine, stop)))
    await asyncio.gather(*tasks)


async def _drain(
    engine: AsyncEngine, profiles: Mapping[str, Profile], clock: CaseClock, stop: asyncio.Event
) -> None:
    while not stop.is_set():
        try:
            drained = await drain_next(engine, profiles, clock)
        except HomewardError as error:
            log.warning("the drain waits: %s", error)
            await _pause(stop, AWAY_SECONDS)
            continue
        if drained is None:
            await _pause(stop, IDLE_SECONDS)


async def _join(engine: AsyncEngine, stop: asyncio.Event) -> None:
    while not stop.is_set():
        try:
            async with transaction(engine) as session:
                await join_awaiting(session)
        except HomewardError as error:
            log.warning("joining waits: %s", error)
        await _pause(stop, JOIN_SECONDS)


async def _pause(stop: asyncio.Event, seconds: float) -> None:
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), seconds)
