"""Whether the header of a message names another feed than the one whose port or certificate it came by.

Port and certificate say who sent it; a header that says somebody else is told, and changes nothing.
"""

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from fhir_adapters.hl7v2.facts import Interpretation, Interpreted
from fhir_adapters.hl7v2.parse.segments import Message
from fhir_adapters.store.tables import Feed

NOTE = "sender-of-another-feed"
Named = Mapping[tuple[str | None, str | None], UUID]
"""MSH-3 and MSH-4 as feeds ask for them -> the feed; an empty one is not asked for."""


async def named_senders(session: AsyncSession) -> Named:
    """The feeds that ask for a sender by name."""
    rows = await session.execute(
        select(Feed.sending_application, Feed.sending_facility, Feed.id).where(
            Feed.sending_application.is_not(None) | Feed.sending_facility.is_not(None)
        )
    )
    return {(application, facility): feed_id for application, facility, feed_id in rows}


def has_own_door(feed: Feed) -> bool:
    """Whether messages come to this feed by a port or a certificate of its own."""
    return feed.port is not None or feed.certificate is not None


def flagged(outcome: Interpretation, message: Message | None, feed: Feed, named: Named) -> Interpretation:
    """The outcome, with a note where the header names another feed."""
    if message is None or not isinstance(outcome, Interpreted) or not has_own_door(feed):
        return outcome
    said = message.envelope
    shown = (
        (said.sending_application, said.sending_facility),
        (said.sending_application, None),
        (None, said.sending_facility),
    )
    others = [named[each] for each in shown if each in named and named[each] != feed.id]
    return outcome.model_copy(update={"notes": (*outcome.notes, NOTE)}) if others else outcome
