"""Loading all that a batch of messages may touch, in one query for each table."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, ColumnElement, Text, any_, cast, func, literal, or_, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import defer

from discharge.store.tables import (
    CaseRow,
    CaseSpellRow,
    DuplicatePair,
    Person,
    PersonAddress,
    PersonContact,
    PersonNhsNumber,
    Spell,
)
from fhir_adapters.hl7v2.facts import StayReported
from fhir_adapters.hl7v2.store.batch_state import BatchState, LocalNumber
from fhir_adapters.hl7v2.store.contact_reports import contact_reports
from fhir_adapters.hl7v2.store.person_writer import person_reports
from fhir_adapters.hl7v2.store.spells import UNNUMBERED
from fhir_adapters.people.match import NUMBER_USED_AGAIN
from fhir_adapters.store.tables import FactRow, HiddenNumberRow, InboxRow, StayMoveRow

Visit = tuple[UUID, str]
"""Organisation and number of a visit."""


@dataclass(slots=True)
class Names:
    """Whom and what messages name, whether or not a number may find somebody."""

    local: set[LocalNumber] = field(default_factory=set)
    nhs: set[str] = field(default_factory=set)
    visits: set[Visit] = field(default_factory=set)


@dataclass(slots=True)
class Loaded:
    """What was found, and what of it is no matter for a batch: people whom a merge, a rehearsal, a stay
    without a number or a number used again concerns, and visits that were moved.
    """

    state: BatchState
    apart: set[UUID] = field(default_factory=set)
    moved: set[Visit] = field(default_factory=set)


async def load(session: AsyncSession, names: Names, at: datetime) -> Loaded:
    """Load what these names may touch; the caller has locked them."""
    loaded = Loaded(BatchState(at))
    state = loaded.state
    await _numbers(session, names, loaded)
    held = {*state.local.values(), *(one for holders in state.nhs.values() for one in holders)}
    if held:
        await _people(session, held, loaded)
    ids = list(state.people)
    if ids:
        await _whereabouts(session, ids, state)
        await _reports(session, ids, state)
    await _stays(session, names, ids, loaded)
    await _cases(session, ids, state)
    hidden = select(HiddenNumberRow.inbox_id).limit(1)
    state.anything_hidden = await session.scalar(hidden) is not None
    return loaded


_HELD = text(
    """
    SELECT held.organisation_id, held.authority, held.value, held.person_id, moved.home_id
    FROM unnest(CAST(:organisations AS uuid[]), CAST(:authorities AS text[]), CAST(:values AS text[]))
        AS named (organisation_id, authority, value)
    JOIN person_identifiers AS held USING (organisation_id, authority, value)
    LEFT JOIN moved_records AS moved ON moved.kind = 'identifier' AND moved.record_id = held.id
    """
)
"""Who holds local numbers, and where each belongs that a merge moved."""

_NUMBERED = text(
    """
    WITH named AS (SELECT unnest(CAST(:values AS text[])) AS value)
    SELECT value, person_id FROM named JOIN person_nhs_numbers ON nhs_number = value
    UNION ALL
    SELECT value, persons.id FROM named JOIN persons ON nhs_number = value
    """
)
"""Who has or had NHS numbers. Joined, because PostgreSQL keeps the plan that it made when a table was small:
to compare each person with each of a list of numbers took longer with every person.
"""


def _texts(values: Iterable[str]) -> ColumnElement[Any]:
    """Texts as one parameter, however many they are."""
    return cast(list(values), ARRAY(Text))


async def _numbers(session: AsyncSession, names: Names, loaded: Loaded) -> None:
    """Who holds local numbers, and who has or had NHS numbers; those that a merge moved are apart."""
    if names.local:
        organisations, authorities, values = zip(*names.local, strict=True)
        given = {"organisations": organisations, "authorities": authorities, "values": values}
        rows = await session.execute(_HELD, {name: list(each) for name, each in given.items()})
        for organisation_id, authority, value, person_id, home_id in rows:
            loaded.state.local[organisation_id, authority, value] = person_id
            if home_id is not None:
                loaded.apart.add(person_id)
    if names.nhs:
        for value, person_id in await session.execute(_NUMBERED, {"values": list(names.nhs)}):
            loaded.state.nhs[value].add(person_id)


async def _people(session: AsyncSession, held: set[UUID], loaded: Loaded) -> None:
    state = loaded.state
    people = select(Person).where(Person.id.in_(held)).order_by(Person.id)
    people = people.options(defer(Person.location_hidden))
    for person in await session.scalars(people.with_for_update(key_share=True)):
        state.people[person.id] = person
        if person.nhs_number:
            state.nhs[person.nhs_number].add(person.id)
        if person.merged_into is not None or person.test_person:
            loaded.apart.add(person.id)
    into = select(Person.merged_into).where(Person.merged_into.in_(list(state.people)))
    loaded.apart.update(one for one in await session.scalars(into) if one is not None)
    await _numbered_alike(session, loaded)


async def _numbered_alike(session: AsyncSession, loaded: Loaded) -> None:
    """Whoever shares a hospital's number with somebody else, as far as anybody knows, is apart."""
    ids = list(loaded.state.people)
    of_two = select(DuplicatePair.left_id, DuplicatePair.right_id).where(
        or_(DuplicatePair.left_id.in_(ids), DuplicatePair.right_id.in_(ids)),
        literal(NUMBER_USED_AGAIN) == any_(DuplicatePair.rules),
    )
    for pair in await session.execute(of_two):
        loaded.apart |= set(pair)


async def _whereabouts(session: AsyncSession, ids: list[UUID], state: BatchState) -> None:
    """Numbers, addresses and contacts as they are written down."""
    numbers = select(PersonNhsNumber).where(PersonNhsNumber.person_id.in_(ids))
    for number in await session.scalars(numbers):
        state.nhs_numbers[number.person_id].append(number)
        state.nhs[number.nhs_number].add(number.person_id)
    for address in await session.scalars(select(PersonAddress).where(PersonAddress.person_id.in_(ids))):
        state.addresses[address.person_id].append(address)
    for contact in await session.scalars(select(PersonContact).where(PersonContact.person_id.in_(ids))):
        state.contacts[contact.person_id].append(contact)


async def _reports(session: AsyncSession, ids: list[UUID], state: BatchState) -> None:
    for one in await person_reports(session, ids):
        state.reported[one.about].append(one)
    for one in await contact_reports(session, ids):
        state.referred[one.about].append(one)


async def _stays(session: AsyncSession, names: Names, ids: list[UUID], loaded: Loaded) -> None:
    """The stays that are named, with what was said of them; who has one without a number is apart."""
    state = loaded.state
    visits = {number for _, number in names.visits}
    trusts = {organisation_id for organisation_id, _ in names.visits}
    named = Spell.organisation_id.in_(trusts) & (Spell.visit_number == any_(_texts(visits)))
    unnumbered = Spell.person_id.in_(ids) & Spell.visit_number.startswith(UNNUMBERED)
    found = select(Spell).where(or_(named, unnumbered)).order_by(Spell.visit_number).with_for_update()
    for spell in await session.scalars(found):
        if (spell.organisation_id, spell.visit_number) in names.visits:
            state.spells[spell.organisation_id, spell.visit_number] = spell
        if spell.visit_number.startswith(UNNUMBERED):
            loaded.apart.add(spell.person_id)
    await _said_of_stays(session, [spell.id for spell in state.spells.values()], state)
    if names.visits:
        moved = select(StayMoveRow.organisation_id, StayMoveRow.number, StayMoveRow.to_number)
        about = or_(StayMoveRow.number == any_(_texts(visits)), StayMoveRow.to_number == any_(_texts(visits)))
        theirs = moved.where(StayMoveRow.organisation_id.in_(trusts), about)
        for organisation_id, *numbers_moved in await session.execute(theirs):
            loaded.moved |= {(organisation_id, number) for number in numbers_moved}


async def _said_of_stays(session: AsyncSession, spells: list[UUID], state: BatchState) -> None:
    if not spells:
        return
    rows = await session.execute(
        select(FactRow.spell_id, FactRow.payload, InboxRow.sequence, FactRow.ordinal)
        .join(InboxRow, InboxRow.id == FactRow.inbox_id)
        .where(FactRow.spell_id.in_(spells), FactRow.kind == "stay-reported")
    )
    for spell_id, payload, *arrival in rows:
        if spell_id is not None:
            fact = StayReported.model_validate({**payload, "arrival": tuple(arrival)}, extra="ignore")
            state.stays[spell_id].append(fact)


async def _cases(session: AsyncSession, ids: list[UUID], state: BatchState) -> None:
    """Of which people and stays a case is told."""
    spells = [spell.id for spell in state.spells.values()]
    if ids:
        state.in_cases.update(
            await session.scalars(select(CaseRow.person_id).where(CaseRow.person_id.in_(ids)))
        )
    if spells:
        covered = select(CaseSpellRow.spell_id).where(CaseSpellRow.spell_id.in_(spells))
        state.in_cases.update(await session.scalars(covered))


async def begun(session: AsyncSession) -> datetime:
    """When the running transaction began."""
    at: datetime = (await session.execute(select(func.now()))).scalar_one()
    return at
