"""The queue of coded values that a feed's profile does not map: counted message by message, cleared once
mapped.

It says what to add to the profile; what was received stays in the raw message and is read again by a replay.
"""

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy import delete, func, select, tuple_
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from fhir_adapters.feeds.profile import Profile, split_place
from fhir_adapters.feeds.unmapped import unmapped_codes
from fhir_adapters.hl7v2.reading import Message
from fhir_adapters.store.tables import InboxRow, UnmappedRow

LONGEST_VALUE = 100
"""A coded value is short; what is longer is free text in a coded field, and its beginning tells."""

Place = tuple[str, str]
"""A field and the value in it."""


async def note_unmapped(session: AsyncSession, row: InboxRow, message: Message, profile: Profile) -> None:
    """Count what this message holds that its profile does not map, and drop from the queue what it maps."""
    missing = {
        (each.place, each.value[:LONGEST_VALUE]): each.key for each in unmapped_codes(message, profile)
    }
    known = select(UnmappedRow.place, UnmappedRow.value).where(UnmappedRow.feed_id == row.feed_id)
    waiting = [(place, value) for place, value in await session.execute(known)]
    mapped = [each for each in waiting if each not in missing and _holds(message, *each)]
    if mapped:
        await _clear(session, row.feed_id, mapped)
    if missing:
        await _count(session, row, missing)


def _holds(message: Message, place: str, value: str) -> bool:
    name, field, component = split_place(place)
    return message.value(name, field, component)[:LONGEST_VALUE] == value


async def _clear(session: AsyncSession, feed_id: UUID, mapped: list[Place]) -> None:
    which = tuple_(UnmappedRow.place, UnmappedRow.value).in_(mapped)
    await session.execute(delete(UnmappedRow).where(UnmappedRow.feed_id == feed_id, which))


async def _count(session: AsyncSession, row: InboxRow, missing: Mapping[Place, str]) -> None:
    """In a fixed order, so that two drains never wait for each other."""
    seen = [
        {
            "feed_id": row.feed_id,
            "place": place,
            "value": value,
            "key": key,
            "organisation_id": row.organisation_id,
            "example_inbox_id": row.id,
            "times": 1,
        }
        for (place, value), key in sorted(missing.items())
    ]
    statement = insert(UnmappedRow).values(seen)
    again = statement.on_conflict_do_update(
        index_elements=["feed_id", "place", "value"],
        set_={
            "times": UnmappedRow.times + 1,
            "key": statement.excluded.key,
            "example_inbox_id": statement.excluded.example_inbox_id,
            "last_seen_at": func.now(),
        },
    )
    await session.execute(again)
