"""Hiding at once whom a message hides, although the message itself waits for a person to look at it.

Whatever is wrong with the rest of it, whoever its numbers name without a doubt is hidden. Once the message is
read again, what it says then takes the place of this.

From the moment when it was stored until the drain has read it, a message that hides does so by the numbers
that it names (`HiddenNumberRow`); of a message that waits for a person these stay.
"""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import ColumnElement, and_, delete, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from fhir_adapters.feeds.profile import Profile
from fhir_adapters.hl7v2.facts import BEGINNING, Identifier, PersonReported, content_hash
from fhir_adapters.hl7v2.interpret.adt import hidden_people, only_hidden
from fhir_adapters.hl7v2.interpret.fields import Reader
from fhir_adapters.hl7v2.parse.segments import Message
from fhir_adapters.hl7v2.store import persons
from fhir_adapters.hl7v2.store.batch_state import state_of
from fhir_adapters.hl7v2.store.doubts import SetApart
from fhir_adapters.hl7v2.store.person_writer import refold_person
from fhir_adapters.store.tables import FactRow, HiddenNumberRow, InboxRow

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


async def release(session: AsyncSession, inbox_ids: Iterable[UUID]) -> None:
    """What these messages hid when they were stored is the drain's now, and what they were edited from."""
    edited = select(InboxRow.edited_from).where(InboxRow.id.in_(inbox_ids), InboxRow.edited_from.is_not(None))
    held = or_(HiddenNumberRow.inbox_id.in_(inbox_ids), HiddenNumberRow.inbox_id.in_(edited))
    await session.execute(delete(HiddenNumberRow).where(held))


async def lift(session: AsyncSession, organisation_id: UUID, said: PersonReported) -> None:
    """An organisation lifts by a later message what it hid by those that wait for a person, or that no drain
    reads. What a trust keeps of it is only noted as taken back.
    """
    state = state_of(session)
    if state is not None and not state.anything_hidden:
        return
    numbers = [_is(number) for number in said.identifiers if number.usable]
    if said.hidden is not False or said.stated_at is None or not numbers:
        return
    earlier = select(InboxRow.id).where(
        InboxRow.id == HiddenNumberRow.inbox_id,
        InboxRow.state != "stored",
        func.coalesce(HiddenNumberRow.stated_at, BEGINNING) <= said.stated_at,
    )
    of_theirs = (HiddenNumberRow.organisation_id == organisation_id, or_(*numbers), earlier.exists())
    kept = func.homeward_hiding_kept(
        HiddenNumberRow.organisation_id,
        HiddenNumberRow.inbox_id,
        HiddenNumberRow.kind,
        HiddenNumberRow.authority,
        HiddenNumberRow.value,
    )
    asked = (*of_theirs, HiddenNumberRow.withdrawn_at.is_(None))
    noted = update(HiddenNumberRow).where(*asked, kept).values(withdrawn_at=func.clock_timestamp())
    await session.execute(noted, execution_options={"synchronize_session": False})
    await session.execute(delete(HiddenNumberRow).where(*asked))


def _is(number: Identifier) -> ColumnElement[bool]:
    same = and_(HiddenNumberRow.kind == number.kind, HiddenNumberRow.value == number.value)
    return same if number.kind == "nhs" else and_(same, HiddenNumberRow.authority == number.authority)
