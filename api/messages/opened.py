"""One message with the person it is about and whether their whereabouts may be seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from api.cases.queries import case_of_person
from api.messages.queries import Followed, followed, message
from api.messages.whereabouts import whereabouts_seen
from api.replays.queries import History, history
from api.web.principals import Principal
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


async def open_message(
    session: AsyncSession, caller: Principal, message_id: UUID, what: str = "message"
) -> OpenedMessage:
    """One message; the look is noted as `what`. Raises not-found."""
    row, facts = await message(session, caller, message_id, what)
    return OpenedMessage(
        row=row,
        feed=await session.get_one(Feed, row.feed_id),
        facts=facts,
        case_id=await case_of_person(session, row.person_id) if row.person_id else None,
        whereabouts=await whereabouts_seen(session, row),
        followed=await followed(session, row.id),
        history=await history(session, row.id),
    )
