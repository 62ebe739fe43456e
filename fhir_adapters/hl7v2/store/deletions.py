"""What ends when a trust deletes a person's record: the stays there that have not ended, as deleted.

The person, other trusts' stays and those that have ended remain: a deletion may mean that the person was
entered in error, or twice, or simply that a system was cleared. People decide about an open case.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from discharge.store.tables import Spell
from fhir_adapters.hl7v2.facts import PersonDeleted, StayKey, StayReported
from fhir_adapters.hl7v2.store import persons
from fhir_adapters.hl7v2.store.doubts import Doubt
from fhir_adapters.hl7v2.store.moves import lock_visits
from fhir_adapters.hl7v2.store.spells import UNNUMBERED

_NOT_ENDED = ("expected", "admitted", "on-leave")


async def person_deleted(session: AsyncSession, organisation_id: UUID, fact: PersonDeleted) -> UUID | None:
    """Whose record was deleted; None where nobody is known. Raises Doubt, SetApart.

    A record that was joined with others waits for a person: after a merge a trust may delete the number that
    it gave up, and the stays are the survivor's.
    """
    await persons.lock_identities(session, organisation_id, fact.person.identifiers)
    found = await persons.matched(session, organisation_id, persons.claim_of(fact.person))
    if found.doubt:
        raise Doubt("patient-mismatch", found.doubt, found.offered)
    if found.person_id is not None and len(await persons.same_person(session, found.person_id)) > 1:
        raise Doubt("message-not-understood", "person-deleted")
    return found.person_id


async def stays_deleted(session: AsyncSession, organisation_id: UUID, person_id: UUID) -> list[Spell]:
    """The stays that end with the record, locked."""
    theirs = (Spell.organisation_id == organisation_id, Spell.person_id == person_id)
    numbers = list(await session.scalars(select(Spell.visit_number).where(*theirs)))
    await lock_visits(session, organisation_id, numbers)
    open_ones = select(Spell).where(*theirs, Spell.status.in_(_NOT_ENDED))
    return list(await session.scalars(open_ones.order_by(Spell.visit_number).with_for_update()))


def deletion_of(spell: Spell, at: datetime) -> StayReported:
    """What a deletion says of one stay."""
    number = None if spell.visit_number.startswith(UNNUMBERED) else spell.visit_number
    key = StayKey(visit_number=number, admitted_at=spell.admitted_at)
    return StayReported(movement="deleted", key=key, moved_at=at, stated_at=at)
