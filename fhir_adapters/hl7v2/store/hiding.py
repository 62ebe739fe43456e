"""Hiding at once whom a message hides, although the message itself waits for a person to look at it.

Whatever is wrong with the rest of it, whoever its numbers name without a doubt is hidden. Once the message is
read again, what it says then takes the place of this.
"""

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from fhir_adapters.feeds.profile import Profile
from fhir_adapters.hl7v2.facts import PersonReported, content_hash
from fhir_adapters.hl7v2.interpret.adt import hidden_people, only_hidden
from fhir_adapters.hl7v2.interpret.fields import Reader
from fhir_adapters.hl7v2.reading import Message
from fhir_adapters.hl7v2.store import persons
from fhir_adapters.hl7v2.store.describing import refold_person
from fhir_adapters.hl7v2.store.doubts import SetApart
from fhir_adapters.store.tables import FactRow, InboxRow

BEFORE_ALL = -1
"""The first ordinal of these facts; they count downwards, so that none is taken for one of the message's."""


async def hide_all_the_same(session: AsyncSession, row: InboxRow, message: Message, profile: Profile) -> None:
    """Hide the people whom a parked message hides, as far as it is clear who they are."""
    if message.envelope.processing_id not in profile.live_processing_ids:
        return
    for place, person in enumerate(hidden_people(Reader(message, profile))):
        await persons.lock_identities(session, row.organisation_id, person.identifiers)
        await _hide(session, row, person, BEFORE_ALL - place)


async def _hide(session: AsyncSession, row: InboxRow, person: PersonReported, ordinal: int) -> None:
    try:
        found = await persons.matched(session, row.organisation_id, persons.claim_of(person))
    except SetApart:
        return
    if found.person_id is None or found.doubt:
        return
    fact = only_hidden(person)
    values = {
        "inbox_id": row.id,
        "ordinal": ordinal,
        "person_id": found.person_id,
        "kind": fact.kind,
        "effective_at": fact.stated_at,
        "content_hash": content_hash(fact),
        "payload": fact.model_dump(mode="json"),
    }
    await session.execute(insert(FactRow).values(values).on_conflict_do_nothing())
    await refold_person(session, found.person_id)
