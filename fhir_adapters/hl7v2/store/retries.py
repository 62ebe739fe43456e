"""Trying messages again that came too early: they named a visit of somebody who turns out to be the same
person, or one that is given to them, or was theirs, as is said only now.
"""

from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from discharge.store.tables import PersonIdentifier, PersonNhsNumber
from fhir_adapters.hl7v2.store.persons import same_person
from fhir_adapters.people.number_keys import number_key
from fhir_adapters.store.tables import InboxRow

TOO_EARLY = "visit-of-another-person"


async def try_again(session: AsyncSession, organisation_id: UUID, *people: UUID) -> None:
    """Put back what waits for this cause and names any of these people first; it is read in its old place."""
    ids = {each for person in people for each in await same_person(session, person)}
    local = select(PersonIdentifier.value).where(PersonIdentifier.person_id.in_(ids))
    nhs = select(PersonNhsNumber.nhs_number).where(PersonNhsNumber.person_id.in_(ids))
    keys = [number_key(number) for number in await session.scalars(local.union(nhs))]
    waiting = (
        InboxRow.organisation_id == organisation_id,
        InboxRow.state == "parked",
        InboxRow.code == "patient-mismatch",
        InboxRow.reason == TOO_EARLY,
        InboxRow.person_key.in_(keys),
    )
    put_back = {"state": "stored", "code": None, "reason": None}
    await session.execute(update(InboxRow).where(*waiting).values(put_back))
