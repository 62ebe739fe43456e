"""Who is meant by a number that a hospital gave to two people, as far as anybody knows.

The number stays with the record that had it first. The other is found through the pair that was offered when
the number came with another name and another birth date; once people say that the two are one, it is theirs.
"""

from uuid import UUID

from sqlalchemy import any_, case, func, literal, select
from sqlalchemy.ext.asyncio import AsyncSession

from discharge.store.tables import DuplicatePair, Person
from fhir_adapters.hl7v2.store.doubts import Doubt
from fhir_adapters.people.match import NUMBER_USED_AGAIN, Claim, Known, Match, another_person


async def others_under(session: AsyncSession, organisation_id: UUID, holder: UUID) -> list[Person]:
    """The other records under a number that this record holds, as they are after merges."""
    other = case((DuplicatePair.left_id == holder, DuplicatePair.right_id), else_=DuplicatePair.left_id)
    ids = select(func.homeward_surviving_person(other)).where(
        DuplicatePair.organisation_id == organisation_id,
        (DuplicatePair.left_id == holder) | (DuplicatePair.right_id == holder),
        literal(NUMBER_USED_AGAIN) == any_(DuplicatePair.rules),
    )
    return list(await session.scalars(select(Person).where(Person.id.in_(ids)).order_by(Person.id)))


def of_two(claim: Claim, found: Match, others: list[Known]) -> Match:
    """The record that the claim means among those under its number: one that neither name nor birth date
    contradict; the holder where the two were found to be one; else a new one, as `found` says.
    """
    if any(other.person_id == found.used_again for other in others):
        return Match(person_id=found.used_again, takes_number=False)
    fitting = [other for other in others if not another_person(claim, other)]
    if len(fitting) != 1:
        return found
    [known] = fitting
    own = claim.nhs is not None and known.nhs_number in (None, claim.nhs.value) and found.takes_number
    return Match(person_id=known.person_id, takes_number=own)


async def not_of_two(session: AsyncSession, organisation_id: UUID, claim: Claim, found: Match) -> None:
    """A message that names nobody but by a number of two people waits. Raises Doubt."""
    named = claim.family_name is not None or claim.birth_date is not None or claim.nhs is not None
    if named or not claim.described or found.person_id is None:
        return
    others = await others_under(session, organisation_id, found.person_id)
    if any(other.id != found.person_id for other in others):
        raise Doubt("patient-mismatch", "number-of-two-people")
