"""What came in by FHIR, byte for byte, in the same inbox as every other message, and in the same
transaction.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from discharge.errors import HomewardError
from fhir_adapters.store.inbox import Arrived, HiddenNumber, receive
from fhir_adapters.store.tables import Feed


@dataclass(frozen=True)
class RawMessage:
    """One request body. `message_id` is the sender's own id of it, or empty; `hides` are numbers of people
    whose whereabouts it hides, as soon as it is kept.
    """

    body: bytes
    content_type: str
    resource_type: str | None = None
    message_id: str = ""
    hides: tuple[HiddenNumber, ...] = ()


async def keep_raw(
    session: AsyncSession,
    raw: RawMessage,
    case_now: datetime,
    error: HomewardError | None = None,
) -> UUID:
    """Store a body as used or, with an `error`, as rejected, in the feed of the asking organisation.

    Returns the id of the message.
    """
    feed_id = (await session.execute(text("SELECT homeward_fhir_feed()"))).scalar_one()
    feed = await session.get_one(Feed, feed_id)
    arrived = Arrived(
        raw=raw.body,
        content_type=raw.content_type,
        message_id=raw.message_id,
        message_type=raw.resource_type,
        event_time=case_now,
        state="rejected" if error else "interpreted",
        code=error.code if error else None,
        reason=error.where if error else None,
        hides=tuple(each._replace(stated_at=case_now) for each in raw.hides),
    )
    return (await receive(session, feed, arrived)).id
