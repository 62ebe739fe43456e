"""Whether it is known that the whereabouts of whoever a message is about may be seen."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from discharge.sight import DANGER
from discharge.store.tables import Person
from discharge.store.tables.persons import ORDINARY
from fhir_adapters.store.referral_contacts import FACT as CONTACTS
from fhir_adapters.store.tables import FactRow, InboxRow

REFERRAL = "REF"


async def whereabouts_seen(session: AsyncSession, row: InboxRow) -> bool:
    """Whether the addresses and free words in a message may be seen: of everybody whom it is about (a swap of
    beds is about two), only once that is known, and not where it speaks of abuse or danger. Contacts that a
    referral brought do not say whom else the same bundle is about.
    """
    if await speaks_of_danger(session, row):
        return False
    of_all = (FactRow.inbox_id == row.id, FactRow.kind != CONTACTS)
    told = await session.scalars(select(FactRow.person_id).where(*of_all))
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


_REFERRED = text(
    "SELECT EXISTS (SELECT FROM homeward_facts_shown(:message_id, NULL) AS told"
    " WHERE told.payload -> 'reasons' @> to_jsonb(CAST(:reason AS text)))"
)


async def speaks_of_danger(session: AsyncSession, row: InboxRow) -> bool:
    """Whether a message refers somebody for abuse or danger: its words are in the annex of the case, for the
    people named there. Of what nobody has read yet its bytes decide, on the safe side.
    """
    refers = row.message_type == REFERRAL or "json" in row.content_type
    if refers and DANGER.encode() in row.raw.lower():
        return True
    return bool(await session.scalar(_REFERRED, {"message_id": row.id, "reason": DANGER}))
