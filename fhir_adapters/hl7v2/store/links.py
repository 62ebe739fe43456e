"""A link that a hospital makes between two records: they are offered for review, and stay as they are.

What was said last counts, whatever the order of arrival. A link that is taken back leaves the pair to
whatever else speaks for one person.
"""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from discharge.store.tables import DuplicatePair
from fhir_adapters.hl7v2.facts import BEGINNING, PersonsLinked, content_hash
from fhir_adapters.hl7v2.store import pairs, persons
from fhir_adapters.store.tables import FactRow

LINKED = "linked-by-the-hospital"


async def people_linked(
    session: AsyncSession, organisation_id: UUID, fact: PersonsLinked
) -> tuple[UUID, UUID]:
    """The two people whom a link names. Raises Doubt, SetApart."""
    one = await persons.numbered(session, organisation_id, fact.one, fact.stated_at)
    other = await persons.numbered(session, organisation_id, fact.other, fact.stated_at)
    return one, other


async def apply_link(
    session: AsyncSession, organisation_id: UUID, inbox_id: UUID, fact: PersonsLinked, one: UUID, other: UUID
) -> None:
    """Offer the pair, or withdraw the link, unless something later was said; the fact is kept already."""
    if one == other or not await _said_last(session, fact, one, other):
        return
    if fact.linked:
        await pairs.offer_pair(session, organisation_id, inbox_id, (LINKED,), one, other)
    else:
        await _withdraw(session, organisation_id, one, other)


async def _said_last(session: AsyncSession, fact: PersonsLinked, one: UUID, other: UUID) -> bool:
    people = [*await persons.same_person(session, one), *await persons.same_person(session, other)]
    rows = await session.scalars(
        select(FactRow.payload).where(FactRow.person_id.in_(people), FactRow.kind == fact.kind)
    )
    between = frozenset((*fact.one, *fact.other))
    said = [PersonsLinked.model_validate(row, extra="ignore") for row in rows]
    about = [each for each in said if between & {*each.one} and between & {*each.other}]
    return max([fact, *about], key=_order) == fact


def _order(fact: PersonsLinked) -> tuple[object, str]:
    return fact.stated_at or BEGINNING, content_hash(fact)


async def _withdraw(session: AsyncSession, organisation_id: UUID, one: UUID, other: UUID) -> None:
    left, right = sorted((one, other))
    pair = await session.scalar(
        select(DuplicatePair)
        .filter_by(organisation_id=organisation_id, left_id=left, right_id=right, state="open")
        .with_for_update()
    )
    if pair is None or LINKED not in pair.rules:
        return
    pair.rules = [rule for rule in pair.rules if rule != LINKED]
    if not pair.rules:
        pairs.decide_pair(pair, "settled")
    await session.flush()
