"""The queue of coded values that a feed's profile does not map, with the messages that hold each.

It says what to add to the profile. What was received stays in the raw message: each message leaves the queue
when it is read again by a profile that maps its value, whether or not that changes anything else.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from sqlalchemy import case, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from fhir_adapters.feeds.profile import Profile
from fhir_adapters.feeds.unmapped import unmapped_codes
from fhir_adapters.hl7v2.facts import Interpretation, NotUsed
from fhir_adapters.hl7v2.parse.segments import Message
from fhir_adapters.store.tables import InboxRow, UnmappedMessageRow, UnmappedRow

LONGEST_VALUE = 100
"""A coded value is short; what is longer is free text in a coded field, and its beginning tells."""

Place = tuple[str, str]
"""A field and the value in it."""


def missing_in(message: Message, profile: Profile) -> dict[Place, str]:
    """What the profile does not map of a message, with the key that would, as the queue holds it."""
    return {(each.place, each.value[:LONGEST_VALUE]): each.key for each in unmapped_codes(message, profile)}


async def note_unmapped(
    session: AsyncSession, row: InboxRow, message: Message | None, outcome: Interpretation, profile: Profile
) -> None:
    """Put the message in the queue for each value that its profile does not map, once however often it is
    read, and take it out for what is mapped, or where nobody uses it. An edited message takes its original
    out, too.

    Of values that no key maps only the number is kept: nothing can be done about them by a replay.
    """
    used = message is not None and not isinstance(outcome, NotUsed)
    missing = missing_in(message, profile) if message is not None and used else {}
    first = row.handled_at is None
    if row.edited_from:
        await _take_out(session, row.edited_from, (await _held(session, row.edited_from)).values())
    held = {} if first else await _held(session, row.id)
    await _take_out(session, row.id, [held[place] for place in held if place not in missing])
    new = {place: key for place, key in missing.items() if place not in held and (key or first)}
    if new:
        await put_in(session, [(row, new)])


async def _held(session: AsyncSession, inbox_id: UUID) -> dict[Place, UUID]:
    queued = (
        select(UnmappedRow.place, UnmappedRow.value, UnmappedRow.id)
        .join(UnmappedMessageRow, UnmappedMessageRow.value_id == UnmappedRow.id)
        .where(UnmappedMessageRow.inbox_id == inbox_id)
        .order_by(UnmappedRow.place, UnmappedRow.value)
    )
    return {(row.place, row.value): row.id for row in await session.execute(queued)}


async def _take_out(session: AsyncSession, inbox_id: UUID, values: Iterable[UUID]) -> None:
    """One after the other in a fixed order, so that two drains never wait for each other."""
    for value_id in values:
        this = (UnmappedMessageRow.value_id == value_id, UnmappedMessageRow.inbox_id == inbox_id)
        await session.execute(delete(UnmappedMessageRow).where(*this))
        newest = (
            select(InboxRow.id)
            .join(UnmappedMessageRow, UnmappedMessageRow.inbox_id == InboxRow.id)
            .where(UnmappedMessageRow.value_id == value_id)
            .order_by(InboxRow.sequence.desc())
            .limit(1)
            .scalar_subquery()
        )
        example = case(
            (UnmappedRow.example_inbox_id == inbox_id, func.coalesce(newest, inbox_id)),
            else_=UnmappedRow.example_inbox_id,
        )
        one = UnmappedRow.id == value_id
        await session.execute(
            update(UnmappedRow).where(one).values(times=UnmappedRow.times - 1, example_inbox_id=example)
        )
        await session.execute(delete(UnmappedRow).where(one, UnmappedRow.times <= 0))


async def put_in(session: AsyncSession, messages: Sequence[tuple[InboxRow, Mapping[Place, str]]]) -> None:
    """Put messages in the queue for the values that they hold; in a fixed order, so that two drains never
    wait for each other.
    """
    held: dict[tuple[UUID, Place], list[InboxRow]] = defaultdict(list)
    keys: dict[tuple[UUID, Place], str] = {}
    for row, missing in messages:
        for place, key in missing.items():
            held[row.feed_id, place].append(row)
            keys[row.feed_id, place] = key
    seen = [
        {
            "feed_id": feed_id,
            "place": place,
            "value": value,
            "key": keys[feed_id, (place, value)],
            "organisation_id": rows[-1].organisation_id,
            "example_inbox_id": rows[-1].id,
            "times": len(rows),
        }
        for (feed_id, (place, value)), rows in sorted(held.items())
    ]
    if not seen:
        return
    statement = insert(UnmappedRow).values(seen)
    again = statement.on_conflict_do_update(
        index_elements=["feed_id", "place", "value"],
        set_={
            "times": UnmappedRow.times + statement.excluded.times,
            "key": statement.excluded.key,
            "example_inbox_id": statement.excluded.example_inbox_id,
            "last_seen_at": func.now(),
        },
    )
    told = (UnmappedRow.id, UnmappedRow.key, UnmappedRow.feed_id, UnmappedRow.place, UnmappedRow.value)
    behind = [
        {"value_id": each.id, "inbox_id": row.id, "organisation_id": row.organisation_id}
        for each in await session.execute(again.returning(*told))
        if each.key
        for row in held[each.feed_id, (each.place, each.value)]
    ]
    if behind:
        await session.execute(insert(UnmappedMessageRow).values(behind))
