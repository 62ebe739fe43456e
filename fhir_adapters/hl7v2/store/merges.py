"""Merging two people's records and undoing it, in the caller's transaction; the rules: `people.merging`.

A merge is a row that lists what it moved. An open case stays where it is while the other person has one
too: the younger case ends first, then `settle_cases` brings the older one.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from discharge.store.tables import (
    CaseRow,
    DocumentRow,
    MovedRecord,
    Person,
    PersonIdentifier,
    PersonMerge,
    PersonNhsNumber,
    Spell,
)
from fhir_adapters.hl7v2.store.between import arrived_between
from fhir_adapters.hl7v2.store.persons import NO_KEY, ask_again_who_is_who, same_person, survivor_of
from fhir_adapters.people.merge import Holdings, Item, merge, unmerge

Holding = type[PersonIdentifier] | type[PersonNhsNumber] | type[Spell] | type[CaseRow] | type[DocumentRow]
KINDS: Mapping[str, Holding] = {
    "identifier": PersonIdentifier,
    "nhs-number": PersonNhsNumber,
    "spell": Spell,
    "document": DocumentRow,
    "case": CaseRow,
}
"""What a person holds, and in which table."""

TAKEN_OVER = ("family_name", "given_name", "birth_date", "sex", "nhs_number", "nhs_number_status")
"""Told by the retired record where the other says nothing."""


@dataclass(frozen=True, slots=True)
class MergeCause:
    """Who merges or undoes: a message (`cause_id` is its inbox row) or a decision; `at` is in case time."""

    organisation_id: UUID
    cause: str
    cause_id: UUID
    at: datetime


async def holdings(session: AsyncSession, *people: UUID) -> Holdings:
    """What these people, and everybody merged with them, hold."""
    ids = {one for person in people for one in await same_person(session, await survivor_of(session, person))}
    links = await session.execute(
        select(Person.id, Person.merged_into).where(Person.id.in_(ids), Person.merged_into.is_not(None))
    )
    at: dict[Item, UUID] = {}
    for kind, table in KINDS.items():
        rows = await session.execute(select(table.id, table.person_id).where(table.person_id.in_(ids)))
        at.update({Item(kind, row.id): row.person_id for row in rows})
    homes = await session.scalars(select(MovedRecord).where(MovedRecord.home_id.in_(ids)))
    home = {Item(row.kind, row.record_id): row.home_id for row in homes}
    return Holdings(
        links={row.id: row.merged_into for row in links},
        at=at,
        home={item: person for item, person in home.items() if item in at},
    )


async def merge_persons(
    session: AsyncSession, kept: UUID, retired: UUID, cause: MergeCause
) -> PersonMerge | None:
    """Everything of the retired person goes to the other; None when the two are one already.

    The facts stay where they were said.
    """
    kept, retired = await survivor_of(session, kept), await survivor_of(session, retired)
    before = await holdings(session, kept, retired)
    after, moved = merge(before, kept, retired)
    if kept == retired:
        return None
    taken = await _take_over(session, kept, retired, cause.at)
    await session.execute(update(Person).where(Person.id == retired).values(merged_into=kept))
    ask_again_who_is_who(session)
    row = PersonMerge(
        id=uuid4(),
        organisation_id=cause.organisation_id,
        survivor_id=kept,
        retired_id=retired,
        cause=cause.cause,
        cause_id=cause.cause_id,
        effective_at=cause.at,
        moved={**_by_kind(moved), "taken-over": taken},
    )
    session.add(row)
    await session.flush()
    await _write(session, before, after, row.id)
    await settle_cases(session, [retired])
    return row


def _by_kind(moved: tuple[Item, ...]) -> dict[str, list[str]]:
    return {kind: [str(item.id) for item in moved if item.kind == kind] for kind in KINDS}


async def _take_over(session: AsyncSession, kept: UUID, retired: UUID, at: datetime) -> list[str]:
    """What the one who goes on does not say the other tells; a second NHS number becomes a former one."""
    survivor = await session.get_one(Person, kept, with_for_update=NO_KEY)
    other = await session.get_one(Person, retired, with_for_update=NO_KEY)
    taken = [
        name for name in TAKEN_OVER if getattr(survivor, name) is None and getattr(other, name) is not None
    ]
    superseded = survivor.nhs_number is not None
    for name in taken:
        setattr(survivor, name, getattr(other, name))
    if superseded:
        ended = update(PersonNhsNumber).where(
            PersonNhsNumber.person_id == retired, PersonNhsNumber.until_at.is_(None)
        )
        await session.execute(ended.values(until_at=at))
    await session.flush()
    return taken


async def _write(session: AsyncSession, before: Holdings, after: Holdings, merge_id: UUID | None) -> None:
    """The difference between two states. Cases move by `settle_cases`, numbers held twice not at all."""
    gone = [item for item in before.home if item not in after.home]
    for item in gone:
        row = await session.get(MovedRecord, tuple(item))
        if row is not None:
            await session.delete(row)
    if merge_id is not None:
        session.add_all(
            MovedRecord(kind=item.kind, record_id=item.id, home_id=home, merge_id=merge_id)
            for item, home in after.home.items()
            if item not in before.home
        )
    await session.flush()
    for item, holder in after.at.items():
        if holder == before.at[item] or item.kind == "case":
            continue
        if item.kind == "nhs-number" and await _holds_already(session, item.id, holder):
            continue
        table = KINDS[item.kind]
        await session.execute(update(table).where(table.id == item.id).values(person_id=holder))


async def _holds_already(session: AsyncSession, number_id: UUID, holder: UUID) -> bool:
    number = select(PersonNhsNumber.nhs_number).where(PersonNhsNumber.id == number_id).scalar_subquery()
    held = select(PersonNhsNumber.id).where(
        PersonNhsNumber.person_id == holder, PersonNhsNumber.nhs_number == number
    )
    return await session.scalar(held) is not None


async def settle_cases(session: AsyncSession, people: list[UUID] | None = None) -> int:
    """Bring cases of retired records to the person who went on; returns how many moved.

    An open case waits until no other is open there: the record allows one.
    """
    query = select(CaseRow).join(Person, Person.id == CaseRow.person_id)
    query = query.where(Person.merged_into.is_not(None)).order_by(CaseRow.referred_on, CaseRow.id)
    if people is not None:
        query = query.where(Person.id.in_(people))
    moved = 0
    for case in list(await session.scalars(query.with_for_update(of=CaseRow, skip_locked=True))):
        holder = await survivor_of(session, case.person_id)
        if case.closed_on is None and await _has_open_case(session, holder):
            continue
        await _keep_home(session, case)
        case.person_id = holder
        await session.flush()
        moved += 1
    return moved


async def _keep_home(session: AsyncSession, case: CaseRow) -> None:
    """A case that opened on a retired record belongs there, should its merge be undone."""
    if await session.get(MovedRecord, ("case", case.id)) is not None:
        return
    link = select(PersonMerge.id).where(
        PersonMerge.retired_id == case.person_id, PersonMerge.undone_at.is_(None)
    )
    merge_id = await session.scalar(link.limit(1))
    if merge_id is not None:
        session.add(MovedRecord(kind="case", record_id=case.id, home_id=case.person_id, merge_id=merge_id))


async def _has_open_case(session: AsyncSession, person_id: UUID) -> bool:
    query = select(CaseRow.id).where(CaseRow.person_id == person_id, CaseRow.closed_on.is_(None))
    return await session.scalar(query.limit(1)) is not None


async def link_of(session: AsyncSession, retired: UUID) -> PersonMerge | None:
    """The merge by which a record was retired, if it stands."""
    return await session.scalar(
        select(PersonMerge)
        .where(PersonMerge.retired_id == retired, PersonMerge.undone_at.is_(None))
        .with_for_update()
    )


async def undo_merge(session: AsyncSession, row: PersonMerge, cause: MergeCause) -> bool:
    """Everything goes back where it belongs; what came in between by its own numbers. False when undone."""
    if row.undone_at is not None:
        return False
    before = await holdings(session, row.retired_id)
    belongs = await arrived_between(session, row, before)
    after = unmerge(before, row.retired_id, belongs)
    await session.execute(update(Person).where(Person.id == row.retired_id).values(merged_into=None))
    ask_again_who_is_who(session)
    await _write(session, before, after, None)
    await _write_cases(session, before, after)
    await _give_back(session, row)
    row.undone_at, row.undone_cause, row.undone_cause_id = func.now(), cause.cause, cause.cause_id
    await session.flush()
    return True


async def _write_cases(session: AsyncSession, before: Holdings, after: Holdings) -> None:
    for item, holder in after.at.items():
        if item.kind == "case" and holder != before.at[item]:
            await session.execute(update(CaseRow).where(CaseRow.id == item.id).values(person_id=holder))


async def _give_back(session: AsyncSession, row: PersonMerge) -> None:
    """What the survivor had from the retired record is not theirs; that record's number is in use again."""
    survivor = await session.get_one(Person, row.survivor_id, with_for_update=NO_KEY)
    retired = await session.get_one(Person, row.retired_id)
    for name in row.moved.get("taken-over", ()):
        if getattr(survivor, name) == getattr(retired, name):
            setattr(survivor, name, None)
    again = update(PersonNhsNumber).where(
        PersonNhsNumber.person_id == row.retired_id, PersonNhsNumber.until_at == row.effective_at
    )
    await session.execute(again.values(until_at=None))
    await session.flush()
