"""Making two records one person, or two again, with all that follows: the person written anew, cases told."""

from datetime import UTC, date, datetime, time
from uuid import UUID

from sqlalchemy import select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from discharge.clocks import london_date
from discharge.store.tables import MovedRecord, Person, PersonIdentifier, PersonMerge, PersonNhsNumber
from fhir_adapters.hl7v2.facts import PersonReported, PersonsMerged
from fhir_adapters.hl7v2.store import cases, pairs, persons
from fhir_adapters.hl7v2.store.batch_state import state_of
from fhir_adapters.hl7v2.store.cases import Cause
from fhir_adapters.hl7v2.store.merges import MergeCause, link_of, merge_persons, undo_merge
from fhir_adapters.hl7v2.store.person_writer import refold_person
from fhir_adapters.people.match import Claim, contradicts
from fhir_adapters.people.nhs_numbers import is_verified

MESSAGE, DECISION = "message", "decision"


async def unite(session: AsyncSession, cause: MergeCause, kept: UUID, retired: UUID) -> PersonMerge | None:
    """One person from two records; the younger of two open cases ends. None when they are one already."""
    row = await merge_persons(session, kept, retired, cause)
    if row is None:
        return None
    refolded = await refold_person(session, row.survivor_id)
    await cases.tell_of_life_or_death(session, _told_by(cause), refolded)
    told = await cases.tell_of_merge(session, _told_by(cause), row.survivor_id)
    row.moved = {**row.moved, "ended-cases": [str(case_id) for case_id in told]}
    await pairs.settle_pairs(session, await persons.same_person(session, row.survivor_id))
    return row


async def part(session: AsyncSession, cause: MergeCause, row: PersonMerge) -> bool:
    """Two people again, each with what is theirs; a case that had ended goes on. False when undone before."""
    if not await undo_merge(session, row, cause):
        return False
    other = await persons.survivor_of(session, row.survivor_id)
    for person_id in (row.retired_id, other):
        refolded = await refold_person(session, person_id)
        await cases.tell_of_life_or_death(session, _told_by(cause), refolded)
    ended = [UUID(case_id) for case_id in row.moved.get("ended-cases", ())]
    sides = [await persons.same_person(session, one) for one in (row.retired_id, other)]
    await cases.tell_of_unmerge(session, _told_by(cause), ended, sides)
    await pairs.remember_as_two(session, *sides)
    return True


def _told_by(cause: MergeCause) -> Cause:
    inbox_id = cause.cause_id if cause.cause == MESSAGE else None
    return Cause(cause.cause_id, inbox_id, cause.organisation_id, london_date(cause.at))


def message_cause(organisation_id: UUID, inbox_id: UUID, at: datetime | None, today: date) -> MergeCause:
    """A message that merges or contradicts; one that says no time counts from the London day's noon."""
    noon = datetime.combine(today, time(12), UTC)
    return MergeCause(organisation_id, MESSAGE, inbox_id, at or noon)


async def unite_by_message(session: AsyncSession, cause: MergeCause, fact: PersonsMerged) -> UUID:
    """Whoever holds the numbers of the one side and of the other; who is not known is made first.

    Returns the person who goes on. Raises Doubt, SetApart.
    """
    await persons.lock_identities(session, cause.organisation_id, (*fact.survivor, *fact.retired))
    kept = await persons.numbered(session, cause.organisation_id, fact.survivor, cause.at)
    retired = await persons.numbered(session, cause.organisation_id, fact.retired, cause.at)
    undone = await _undone_before(session, cause, retired)
    row = None if undone else await unite(session, cause, kept, retired)
    if row is not None:
        return row.survivor_id
    person_id = await persons.survivor_of(session, kept)
    await refold_person(session, person_id)
    return person_id


async def _undone_before(session: AsyncSession, cause: MergeCause, retired: UUID) -> bool:
    """Whether this very message merged the record before, and that was undone: then it stays undone."""
    before = select(PersonMerge.id).where(
        PersonMerge.cause_id == cause.cause_id,
        PersonMerge.retired_id == retired,
        PersonMerge.undone_at.is_not(None),
    )
    return await session.scalar(before.limit(1)) is not None


async def heed_contradiction(session: AsyncSession, cause: MergeCause, fact: PersonReported) -> None:
    """A message that names a merged record by its own number alone, after the merge; its numbers are locked.

    With that record's own NHS number, traced, the hospital that merged the two tells them apart again: the
    merge is undone. When only birth date or name speak against the merge, people are asked. No merge concerns
    anybody in a batch.
    """
    if state_of(session) is not None:
        return
    claim = persons.claim_of(fact)
    row = await _merge_named(session, cause.organisation_id, claim)
    if row is None or fact.stated_at is None or fact.stated_at <= row.effective_at:
        return
    other = await session.get_one(Person, await persons.survivor_of(session, row.survivor_id))
    if row.cause == MESSAGE and await _told_apart(session, row, claim, other):
        await part(session, cause, row)
        return
    if contradicts(claim, await persons.known_of(session, other)):
        await pairs.offer_pair(
            session,
            cause.organisation_id,
            cause.cause_id,
            (pairs.MERGE_CONTRADICTED,),
            row.retired_id,
            other.id,
        )


async def _merge_named(session: AsyncSession, organisation_id: UUID, claim: Claim) -> PersonMerge | None:
    """The standing merge of the one retired record to which all local numbers of a message belong."""
    numbers = [(one.authority, one.value) for one in claim.local]
    homes = (
        select(MovedRecord.home_id)
        .select_from(PersonIdentifier)
        .outerjoin(
            MovedRecord,
            (MovedRecord.kind == "identifier") & (MovedRecord.record_id == PersonIdentifier.id),
        )
        .where(
            PersonIdentifier.organisation_id == organisation_id,
            tuple_(PersonIdentifier.authority, PersonIdentifier.value).in_(numbers),
        )
    )
    found = set(await session.scalars(homes)) if numbers else set()
    home = found.pop() if len(found) == 1 else None
    link = await link_of(session, home) if home else None
    return link if link is not None and link.organisation_id == organisation_id else None


async def _told_apart(session: AsyncSession, row: PersonMerge, claim: Claim, other: Person) -> bool:
    stated = claim.nhs
    if stated is None or not is_verified(stated.status) or not is_verified(other.nhs_number_status):
        return False
    if stated.value == other.nhs_number:
        return False
    retired = await session.get_one(Person, row.retired_id)
    if stated.value == retired.nhs_number:
        return True
    own = (
        select(PersonNhsNumber.id)
        .join(MovedRecord, MovedRecord.record_id == PersonNhsNumber.id)
        .where(MovedRecord.home_id == row.retired_id, PersonNhsNumber.nhs_number == stated.value)
    )
    return await session.scalar(own.limit(1)) is not None
