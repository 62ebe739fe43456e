"""The queue of coded values that no profile maps, and which of them the profile in force now does map."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import and_, select
from sqlalchemy.ext.asyncio import AsyncSession

from discharge.store.tables import Person
from discharge.store.tables.persons import ORDINARY
from fhir_adapters.feeds.book import ProfileBook
from fhir_adapters.feeds.profile import Profile
from fhir_adapters.hl7v2.interpret import understood
from fhir_adapters.hl7v2.store.unmapped import missing_in
from fhir_adapters.store.tables import Feed, InboxRow, UnmappedRow


@dataclass(frozen=True)
class Queued:
    """One value, its feed, the profile that reads it now, and whether that maps it: then its messages wait
    for a replay alone. `seen` says that the person of its example is known and not hidden.
    """

    row: UnmappedRow
    feed: Feed
    profile: Profile
    mapped: bool
    seen: bool


async def queue(
    session: AsyncSession, book: ProfileBook, today: date, offset: int, size: int
) -> list[Queued]:
    """Values of the caller's feeds, the most frequent first. ``today`` is case time."""
    statement = (
        select(
            UnmappedRow,
            Feed,
            InboxRow.raw,
            and_(Person.location_hidden.is_(False), Person.sensitivity == ORDINARY),
        )
        .join(Feed, Feed.id == UnmappedRow.feed_id)
        .join(InboxRow, InboxRow.id == UnmappedRow.example_inbox_id)
        .outerjoin(Person, Person.id == InboxRow.person_id)
        .order_by(UnmappedRow.times.desc(), UnmappedRow.place, UnmappedRow.value)
        .offset(offset)
        .limit(size)
    )
    return [
        _queued(row, feed, raw, book.in_force(feed.profile, today), seen=bool(seen))
        for row, feed, raw, seen in await session.execute(statement)
    ]


def _queued(row: UnmappedRow, feed: Feed, raw: bytes, profile: Profile, *, seen: bool) -> Queued:
    message, _ = understood(raw, profile)
    mapped = message is not None and (row.place, row.value) not in missing_in(message, profile)
    return Queued(row, feed, profile, mapped, seen)
