"""The drain as its callers see it: the profiles it works by, and working off all that waits.

Several drains may run side by side; each takes what no other holds. They need PostgreSQL only.
"""

from collections.abc import Mapping
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncEngine

from discharge.clocks import CaseClock
from discharge.store.engine import transaction
from fhir_adapters.feeds.loading import load_profiles, shipped_profiles
from fhir_adapters.feeds.profile import Profile
from fhir_adapters.hl7v2.store.cases import join_awaiting
from fhir_adapters.hl7v2.store.draining import Drained, drain_next


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
