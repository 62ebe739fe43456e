"""Taking a census file: one inbox row for the file, all its facts in one transaction, or nothing."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from discharge.clocks import london_date
from discharge.errors import HomewardError
from discharge.store.engine import transaction
from fhir_adapters.feeds.book import ProfileBook
from fhir_adapters.feeds.profile_loader import shipped_profiles
from fhir_adapters.hl7v2.interpret.census import CensusFault, CensusInvalid, CensusStay, read_census
from fhir_adapters.hl7v2.store.doubts import Doubt
from fhir_adapters.hl7v2.store.effects import Source, apply_facts
from fhir_adapters.store.inbox import Arrived, receive
from fhir_adapters.store.tables import Feed, InboxRow


@dataclass(frozen=True, slots=True)
class CensusTaken:
    """How many stays the file gave; none when the same file was taken before."""

    inbox_id: UUID
    stays: int


async def take_census(
    engine: AsyncEngine,
    feed_code: str,
    raw: bytes,
    *,
    counted_at: datetime,
    authority: str | None = None,
    profiles: ProfileBook | None = None,
) -> CensusTaken:
    """Seed the stays of a feed. Raises CensusInvalid with every fault, or `not-found` for an unknown feed.

    `authority` is what the feed's messages write beside hospital numbers (CX-4); without it, the profile's
    own name for them, else MSH-4 of the feed. `profiles` are the shipped ones unless given.
    """
    async with transaction(engine) as session:
        feed = await session.scalar(select(Feed).where(Feed.code == feed_code))
        if feed is None:
            raise HomewardError("not-found", where="feed")
        profile = (profiles or shipped_profiles()).in_force(feed.profile, london_date(counted_at))
        numbered_by = (authority or profile.local_system or feed.sending_facility or feed.code).upper()
        stays = read_census(raw, counted_at=counted_at, zone=profile.zoneinfo, authority=numbered_by)
        row = Arrived(raw=raw, content_type="text/csv", message_type="census", event_time=counted_at)
        received = await receive(session, feed, row)
        if received.repeated:
            return CensusTaken(received.id, 0)
        source = Source(received.id, feed.organisation_id, feed.code, london_date(counted_at), received.id)
        await _apply(session, source, stays)
        return CensusTaken(received.id, len(stays))


async def _apply(session: AsyncSession, source: Source, stays: list[CensusStay]) -> None:
    """Apply every row; one that the record contradicts refuses the file."""
    for number, stay in enumerate(stays):
        try:
            await apply_facts(session, source, stay.facts, first=number * len(stay.facts))
        except Doubt as doubt:
            words = f"does not fit what is known ({doubt.reason}): correct it, or take it out"
            raise CensusInvalid([CensusFault(stay.line, "(row)", words)]) from None
    done = {"state": "interpreted", "handled_at": func.now()}
    await session.execute(update(InboxRow).where(InboxRow.id == source.inbox_id).values(done))
