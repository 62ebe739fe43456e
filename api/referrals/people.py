"""People whom the caller may know: in a bed of their own organisation, or in a case of theirs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, and_, any_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from api.cases.viewer import seen_person, viewer_of
from api.looks.notes import looked
from api.web.limits import search_words
from api.web.principals import Principal
from discharge.errors import HomewardError
from discharge.store.tables import CaseRow, Person, PersonNhsNumber, Spell
from discharge.store.tables.persons import name_begins
from fhir_adapters.people.nhs_numbers import check_number

MOST = 20
IN_A_BED = ("admitted", "on-leave", "expected")


@dataclass(frozen=True)
class ClosedCase:
    """A case that is over, which a new referral may open again."""

    case_id: UUID
    closed_on: date
    outcome: str


@dataclass(frozen=True)
class Found:
    """A person with the stay they are in, their open case and the one closed last, as the caller may see."""

    person: Person
    spell: Spell | None
    case_id: UUID | None
    closed: ClosedCase | None = None


def has_or_had(nhs_number: str) -> ColumnElement[bool]:
    """Whoever has this NHS number, or had it.

    Who had it is found first, as an array: so one look by two indexes finds everybody. A second look at
    people would cost as much again, because PostgreSQL asks of each look who may see them.
    """
    had = select(PersonNhsNumber.person_id).where(PersonNhsNumber.nhs_number == nhs_number)
    return or_(Person.nhs_number == nhs_number, Person.id == any_(func.array(had.scalar_subquery())))


async def find(session: AsyncSession, caller: Principal, text: str) -> list[Found]:
    """People by NHS number in any spacing, else by the beginning of names. Noted as one look."""
    number = check_number(text)
    condition = (
        has_or_had(number.value)
        if number.usable
        else and_(*(name_begins(word) for word in search_words(text)))
    )
    viewer = await viewer_of(session, caller)
    people = await session.scalars(
        select(Person)
        .where(condition, Person.merged_into.is_(None), Person.test_person.is_(False))
        .order_by(Person.family_name, Person.given_name)
        .limit(MOST)
    )
    met = [await seen_person(session, viewer, person) for person in people.all()]
    shown = [
        person
        for person, sight in met
        if sight.person and (not number.usable or "nhs_number" in sight.person)
    ]
    found = await _with_stays(session, shown)
    await looked(session, caller, "search for a person", (), [each.person.id for each in found])
    return found


async def get(session: AsyncSession, caller: Principal, person_id: UUID) -> Found:
    """One person. Raises not-found."""
    person = await session.get(Person, person_id)
    if person is None:
        raise HomewardError("not-found")
    await looked(session, caller, "person", (), [person_id])
    seen, sight = await seen_person(session, await viewer_of(session, caller), person)
    if not sight.person:
        raise HomewardError("not-found")
    return (await _with_stays(session, [seen]))[0]


async def _with_stays(session: AsyncSession, people: Sequence[Person]) -> list[Found]:
    ids = [person.id for person in people]
    stays: dict[UUID, Spell] = {}
    rows = await session.scalars(
        select(Spell)
        .where(Spell.person_id.in_(ids), Spell.status.in_(IN_A_BED))
        .order_by(Spell.admitted_at.asc().nulls_first())
    )
    for row in rows:
        stays[row.person_id] = row
    cases = await session.execute(
        select(CaseRow.person_id, CaseRow.id).where(CaseRow.person_id.in_(ids), CaseRow.closed_on.is_(None))
    )
    open_cases: dict[UUID, UUID] = dict(cases.all())
    closed = await _closed(session, ids)
    return [
        Found(person, stays.get(person.id), open_cases.get(person.id), closed.get(person.id))
        for person in people
    ]


async def _closed(session: AsyncSession, ids: Sequence[UUID]) -> dict[UUID, ClosedCase]:
    """The case of each person that closed last and may be opened again."""
    rows = await session.execute(
        select(CaseRow.person_id, CaseRow.id, CaseRow.closed_on, CaseRow.outcome)
        .where(
            CaseRow.person_id.in_(ids),
            CaseRow.closed_on.is_not(None),
            CaseRow.outcome.not_in(("merged", "entered-in-error")),
        )
        .order_by(CaseRow.closed_on)
    )
    return {
        person_id: ClosedCase(case_id, closed_on, outcome)
        for person_id, case_id, closed_on, outcome in rows
        if closed_on is not None and outcome is not None
    }
