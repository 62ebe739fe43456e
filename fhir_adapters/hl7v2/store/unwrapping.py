"""Putting the messages of a batch into the inbox as messages of their own."""

from sqlalchemy.ext.asyncio import AsyncSession

from fhir_adapters.hl7v2.batches import MOST_INSIDE, messages_in
from fhir_adapters.hl7v2.envelope import read_envelope
from fhir_adapters.hl7v2.facts import Interpretation, Interpreted, Parked
from fhir_adapters.hl7v2.listening.arriving import arrived
from fhir_adapters.store.inbox import receive
from fhir_adapters.store.tables import Feed, InboxRow


async def unwrap(session: AsyncSession, row: InboxRow, feed: Feed) -> Interpretation:
    """Keep each message of a batch in its feed; those that came before are there already."""
    inside = messages_in(row.raw)
    if len(inside) > MOST_INSIDE:
        return Parked(code="message-not-understood", reason="batch-too-long")
    for raw in inside:
        await receive(session, feed, arrived(raw, read_envelope(raw), claimed=True))
    return Interpreted(facts=(), notes=(f"batch-of-{len(inside)}",))
