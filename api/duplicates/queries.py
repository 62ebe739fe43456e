"""Records that may be one person, merges that were made, and test patients, as far as the caller may see."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from api.cases.queries import home_address
from api.contact_details.queries import not_safe
from api.looks.notes import looked
from api.web.principals import Principal
from discharge.errors import HomewardError
from discharge.store.tables import (
    CaseRow,
    DuplicatePair,
    IdentityDecision,
    PairLeftOut,
    Person,
    PersonAddress,
    PersonContact,
    PersonIdentifier,
    PersonMerge,
    PersonNhsNumber,
    Spell,
)
from discharge.store.tables.persons import ORDINARY
from fhir_adapters.people.comparison import PAIR_RULES

STATES = ("open", "decided")


@dataclass(frozen=True)
class Side:
    """One of two records, as far as the caller may see it. `hidden` says that whereabouts are withheld;
    `not_safe` are the telephones of which somebody said that they are not safe to ring.
    """

    person: Person
    numbers: Sequence[PersonIdentifier]
    nhs_numbers: Sequence[PersonNhsNumber]
    address: PersonAddress | None
    phones: tuple[str, ...]
    stay: Spell | None
    case_id: UUID | None
    hidden: bool
    not_safe: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Pair:
    """A pair with the two records; one that is another organisation's is None."""

    row: DuplicatePair
    left: Person | None
    right: Person | None

    @property
    def rules(self) -> tuple[str, ...]:
        """The rules that offered the pair, without those that would tell hidden whereabouts."""
        return shown_rules(self.row, hidden=any(_hidden(one) for one in (self.left, self.right)))


WHEREABOUTS = frozenset({"postcode", "phone"})
"""Fields that would tell where somebody is if it were said that they agree with another's."""


def without_whereabouts(evidence: Mapping[str, str]) -> dict[str, str]:
    """What agrees and differs, but for what tells where somebody is."""
    return {field: finding for field, finding in evidence.items() if field not in WHEREABOUTS}


def shown_rules(row: DuplicatePair, *, hidden: bool) -> tuple[str, ...]:
    """The rules of a pair; of hidden people only those that do not rest on whereabouts."""
    telling = {code for code, rule in PAIR_RULES.items() if rule.same & WHEREABOUTS}
    return tuple(code for code in row.rules if not (hidden and code in telling))


def _hidden(person: Person | None) -> bool:
    return person is None or person.location_hidden or person.sensitivity != ORDINARY


@dataclass(frozen=True)
class OpenedPair:
    """A pair with all there is to compare, and what was decided about it, newest first."""

    row: DuplicatePair
    left: Side | None
    right: Side | None
    decisions: Sequence[IdentityDecision]

    @property
    def both_seen(self) -> bool:
        """Whether the caller can compare the two at all."""
        return self.left is not None and self.right is not None

    @property
    def evidence(self) -> dict[str, str]:
        """What agrees and differs, where both are seen; whereabouts only when neither is hidden."""
        if not self.both_seen:
            return {}
        return without_whereabouts(self.row.evidence) if self.hidden else dict(self.row.evidence)

    @property
    def hidden(self) -> bool:
        """Whether the whereabouts of either are withheld."""
        return any(side is None or side.hidden for side in (self.left, self.right))

    @property
    def rules(self) -> tuple[str, ...]:
        """The rules that offered the pair, without those that would tell hidden whereabouts."""
        return shown_rules(self.row, hidden=self.hidden)


async def pairs(session: AsyncSession, caller: Principal, state: str, offset: int, size: int) -> list[Pair]:
    """Pairs that wait, the oldest first, or those that were decided, the newest first. Noted as one look."""
    waits = DuplicatePair.state == "open"
    query = (
        select(DuplicatePair).where(waits).order_by(DuplicatePair.offered_at, DuplicatePair.id)
        if state == "open"
        else select(DuplicatePair)
        .where(~waits)
        .order_by(DuplicatePair.decided_at.desc().nulls_last(), DuplicatePair.id)
    )
    rows = (await session.scalars(query.offset(offset).limit(size))).all()
    people = await _people(session, {one for row in rows for one in (row.left_id, row.right_id)})
    await looked(session, caller, "records that may be one person", (), people)
    return [Pair(row, people.get(row.left_id), people.get(row.right_id)) for row in rows]


async def left_out(session: AsyncSession) -> dict[str, int]:
    """Of how many of the organisation's own records pairs are not offered, by cause."""
    count = (
        select(PairLeftOut.cause, func.count().label("number"))
        .group_by(PairLeftOut.cause)
        .order_by(PairLeftOut.cause)
    )
    return {row.cause: row.number for row in await session.execute(count)}


async def _people(session: AsyncSession, ids: Iterable[UUID]) -> dict[UUID, Person]:
    rows = await session.scalars(select(Person).where(Person.id.in_(list(ids))))
    return {row.id: row for row in rows}


async def open_pair(session: AsyncSession, caller: Principal, pair_id: UUID) -> OpenedPair:
    """One pair, side by side; the look at both is noted. Raises not-found."""
    row = await session.get(DuplicatePair, pair_id)
    if row is None:
        raise HomewardError("not-found")
    left, right = await _marked(
        session, await _side(session, row.left_id), await _side(session, row.right_id)
    )
    seen = [side.person.id for side in (left, right) if side is not None]
    await looked(session, caller, "two records side by side", (), seen)
    return OpenedPair(row, left, right, await _decisions(session, IdentityDecision.pair_id == pair_id))


async def _decisions(session: AsyncSession, about: ColumnElement[bool]) -> Sequence[IdentityDecision]:
    query = select(IdentityDecision).where(about).order_by(IdentityDecision.created_at.desc())
    return (await session.scalars(query.limit(20))).all()


async def _side(session: AsyncSession, person_id: UUID) -> Side | None:
    person = await session.get(Person, person_id)
    if person is None:
        return None
    hidden = _hidden(person)
    numbers = select(PersonIdentifier).where(PersonIdentifier.person_id == person_id)
    nhs = select(PersonNhsNumber).where(PersonNhsNumber.person_id == person_id)
    stay = select(Spell).where(Spell.person_id == person_id).order_by(Spell.admitted_at.desc().nulls_last())
    case = select(CaseRow.id).where(CaseRow.person_id == person_id).order_by(CaseRow.referred_on.desc())
    return Side(
        person=person,
        numbers=(await session.scalars(numbers.order_by(PersonIdentifier.value))).all(),
        nhs_numbers=(await session.scalars(nhs.order_by(PersonNhsNumber.recorded_at))).all(),
        address=None if hidden else await home_address(session, person),
        phones=() if hidden else await _phones(session, person_id),
        stay=await session.scalar(stay.limit(1)),
        case_id=await session.scalar(case.limit(1)),
        hidden=hidden,
    )


async def _marked(session: AsyncSession, *sides: Side | None) -> tuple[Side | None, ...]:
    """The records with the telephones that are not safe to ring, said of either: they may be one person."""
    there = [side for side in sides if side is not None]
    phones = [phone for side in there for phone in side.phones]
    unsafe = [await not_safe(session, side.person.id, phones) for side in there]
    every = frozenset[str]().union(*unsafe)
    return tuple(side and replace(side, not_safe=every.intersection(side.phones)) for side in sides)


async def _phones(session: AsyncSession, person_id: UUID) -> tuple[str, ...]:
    rows = await session.scalars(
        select(PersonContact.value)
        .where(PersonContact.person_id == person_id, PersonContact.kind.in_(("phone", "mobile")))
        .order_by(PersonContact.kind, PersonContact.value)
    )
    return tuple(rows)


@dataclass(frozen=True)
class Merged:
    """A merge with the two records and what was decided about it."""

    row: PersonMerge
    survivor: Person | None
    retired: Person | None
    decisions: Sequence[IdentityDecision] = ()


async def merges(session: AsyncSession, caller: Principal, offset: int, size: int) -> list[Merged]:
    """Merges that messages or people of the caller's organisation made, newest first. Noted as one look."""
    newest = select(PersonMerge).order_by(PersonMerge.recorded_at.desc(), PersonMerge.id)
    rows = (await session.scalars(newest.offset(offset).limit(size))).all()
    people = await _people(session, {one for row in rows for one in (row.survivor_id, row.retired_id)})
    await looked(session, caller, "merged records", (), people)
    return [Merged(row, people.get(row.survivor_id), people.get(row.retired_id)) for row in rows]


async def open_merge(session: AsyncSession, caller: Principal, merge_id: UUID) -> Merged:
    """One merge. Raises not-found."""
    row = await session.get(PersonMerge, merge_id)
    if row is None:
        raise HomewardError("not-found")
    people = await _people(session, (row.survivor_id, row.retired_id))
    await looked(session, caller, "merged records", (), people)
    about = or_(IdentityDecision.merge_id == merge_id, IdentityDecision.id == row.cause_id)
    decisions = await _decisions(session, about)
    return Merged(row, people.get(row.survivor_id), people.get(row.retired_id), decisions)


@dataclass(frozen=True)
class TestPatient:
    """A patient of rehearsals with their hospital numbers."""

    person: Person
    numbers: tuple[PersonIdentifier, ...]


async def test_patients(
    session: AsyncSession, caller: Principal, offset: int, size: int
) -> list[TestPatient]:
    """Test patients of the caller's own feeds."""
    own = PersonIdentifier.organisation_id == caller.organisation_id
    numbered = select(PersonIdentifier.person_id).where(own)
    query = select(Person).where(Person.test_person, Person.id.in_(numbered))
    ordered = query.order_by(Person.family_name, Person.id).offset(offset).limit(size)
    people = (await session.scalars(ordered)).all()
    theirs = select(PersonIdentifier).where(own, PersonIdentifier.person_id.in_([each.id for each in people]))
    numbers: dict[UUID, tuple[PersonIdentifier, ...]] = {}
    for number in await session.scalars(theirs.order_by(PersonIdentifier.value)):
        numbers[number.person_id] = (*numbers.get(number.person_id, ()), number)
    return [TestPatient(each, numbers.get(each.id, ())) for each in people]
