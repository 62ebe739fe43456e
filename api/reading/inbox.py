"""One message with the person it is about and whether their whereabouts may be seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from api.principals import Principal
from api.reading.cases import case_of_person
from api.reading.looks import PURPOSES, who
from api.reading.messages import Followed, followed, message
from api.reading.replays import History, history
from discharge.store import audit
from discharge.store.tables import Person
from discharge.store.tables.persons import ORDINARY
from fhir_adapters.store.tables import FactRow, Feed, InboxRow


@dataclass(frozen=True)
class OpenedMessage:
    """A message, its feed, the facts read from it, the open case of its person where one is seen, what
    followed from it, and what people did with it.
    """

    row: InboxRow
    feed: Feed
    facts: Sequence[FactRow]
    case_id: UUID | None
    whereabouts: bool
    followed: Followed
    history: History


async def open_message(session: AsyncSession, caller: Principal, message_id: UUID) -> OpenedMessage:
    """One message; the look is noted, also where nobody knows yet whom it is about. Raises not-found."""
    row, facts = await message(session, caller, message_id)
    if row.person_id is None:
        purpose = PURPOSES.get(caller.role, "direct-care")
        await audit.note_read(
            session, who(caller), f"message {row.sequence}, person not known", purpose=purpose
        )
    return OpenedMessage(
        row=row,
        feed=await session.get_one(Feed, row.feed_id),
        facts=facts,
        case_id=await case_of_person(session, row.person_id) if row.person_id else None,
        whereabouts=await whereabouts_seen(session, row),
        followed=await followed(session, row.id),
        history=await history(session, row.id),
    )


async def whereabouts_seen(session: AsyncSession, row: InboxRow) -> bool:
    """Whether the addresses in a message may be seen: of everybody whom it is about (a swap of beds is about
    two), and only once that is known.
    """
    told = await session.scalars(select(FactRow.person_id).where(FactRow.inbox_id == row.id))
    everybody = {*told, *((row.person_id,) if row.person_id else ())}
    seen = [await may_see_whereabouts(session, person_id) for person_id in everybody]
    return bool(seen) and all(seen)


async def may_see_whereabouts(session: AsyncSession, person_id: UUID | None) -> bool:
    """Only of somebody whom we know, and who is not hidden, nor whom they were merged into."""
    while person_id is not None:
        person = await session.get(Person, person_id)
        if person is None or person.location_hidden or person.sensitivity != ORDINARY:
            return False
        if person.merged_into is None:
            return True
        person_id = person.merged_into
    return False
