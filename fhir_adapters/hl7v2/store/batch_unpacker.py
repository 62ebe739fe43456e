"""Putting the messages of a batch into the inbox as messages of their own."""

from sqlalchemy.ext.asyncio import AsyncSession

from fhir_adapters.feeds.profile import Profile
from fhir_adapters.hl7v2.facts import Interpretation, Interpreted, Parked
from fhir_adapters.hl7v2.parse.batches import MOST_INSIDE, messages_in
from fhir_adapters.hl7v2.parse.envelope import read_envelope
from fhir_adapters.hl7v2.receive.hidden_numbers import numbers_hidden
from fhir_adapters.hl7v2.receive.inbox_row import arrived
from fhir_adapters.store.inbox import receive
from fhir_adapters.store.tables import Feed, InboxRow


async def unwrap(session: AsyncSession, row: InboxRow, feed: Feed, profile: Profile) -> Interpretation:
    """Keep each message of a batch in its feed; those that came before are there already. Whom the batch
    hid, its messages go on hiding.
    """
    inside = messages_in(row.raw)
    if len(inside) > MOST_INSIDE:
        return Parked(code="message-not-understood", reason="batch-too-long")
    for raw in inside:
        read = read_envelope(raw)
        hides = numbers_hidden(raw, read, profile)
        await receive(session, feed, arrived(raw, read, claimed=True, hides=hides))
    return Interpreted(facts=(), notes=(f"batch-of-{len(inside)}",))
