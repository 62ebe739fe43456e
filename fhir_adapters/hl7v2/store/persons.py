"""Finding the person whom a message means, and writing down what feeds said of them.

A person is found by the trust's own number first, then by NHS number; never by resemblance. Where the two
point at different people, or an NHS number alone points at somebody with another birth date, a person must
decide.
"""

from collections.abc import Iterable
from datetime import date
from uuid import UUID, uuid4

from sqlalchemy import func, select, text, tuple_, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from discharge.store.tables import Person, PersonAddress, PersonContact, PersonIdentifier, Spell
from discharge.store.tables.persons import ORDINARY, RESTRICTED
from fhir_adapters.hl7v2.facts import Address, Contact, Identifier, PersonReported, Telecom
from fhir_adapters.hl7v2.store.doubts import Doubt
from fhir_adapters.people.folding import PersonState, fold_person
from fhir_adapters.store.tables import FactRow

_LOCK = text("SELECT homeward_lock_identity(key) FROM unnest(CAST(:keys AS text[])) AS key")
_SAME = "homeward.same_person"
NEXT_OF_KIN = "next-of-kin"
_CHAIN = text(
    """
    WITH RECURSIVE chain (id) AS (
        SELECT CAST(:person AS uuid)
        UNION
        SELECT persons.id FROM persons JOIN chain ON persons.merged_into = chain.id
    )
    SELECT id FROM chain
    """
)


def _usable(identifiers: Iterable[Identifier], kind: str) -> list[Identifier]:
    return [found for found in identifiers if found.kind == kind and found.usable]


async def lock_identities(
    session: AsyncSession, organisation_id: UUID, identifiers: Iterable[Identifier]
) -> None:
    """One writer at a time for these numbers, in a fixed order; the keys are those that referrals lock
    too.
    """
    keys = {
        f"nhs:{found.value}"
        if found.kind == "nhs"
        else f"local:{organisation_id}:{found.authority}:{found.value}"
        for found in identifiers
        if found.usable
    }
    await session.execute(_LOCK, {"keys": sorted(keys)})


async def same_person(session: AsyncSession, person_id: UUID) -> list[UUID]:
    """The ids of a person and of everybody merged into them; asked once in a session, until it merges two."""
    known: dict[UUID, list[UUID]] = session.info.setdefault(_SAME, {})
    if person_id not in known:
        known[person_id] = list(await session.scalars(_CHAIN, {"person": person_id}))
    return list(known[person_id])


async def _by_local(
    session: AsyncSession, organisation_id: UUID, identifiers: list[Identifier]
) -> UUID | None:
    if not identifiers:
        return None
    numbers = [(identifier.authority, identifier.value) for identifier in identifiers]
    holder = func.homeward_surviving_person(PersonIdentifier.person_id)
    query = select(holder).where(
        PersonIdentifier.organisation_id == organisation_id,
        tuple_(PersonIdentifier.authority, PersonIdentifier.value).in_(numbers),
    )
    found = set(await session.scalars(query))
    if len(found) > 1:
        raise Doubt("patient-mismatch", "local-numbers-of-several")
    return next(iter(found), None)


async def _by_nhs(session: AsyncSession, identifiers: list[Identifier]) -> UUID | None:
    numbers = [found.value for found in identifiers]
    query = select(Person.id).where(
        Person.nhs_number.in_(numbers), Person.merged_into.is_(None), Person.test_person.is_(False)
    )
    found = set(await session.scalars(query)) if numbers else set()
    if len(found) > 1:
        raise Doubt("patient-mismatch", "nhs-number-of-several")
    return next(iter(found), None)


async def find_person(
    session: AsyncSession,
    organisation_id: UUID,
    identifiers: tuple[Identifier, ...],
    birth_date: date | None = None,
) -> UUID | None:
    """The one person with these numbers, or None. Raises Doubt."""
    by_local = await _by_local(session, organisation_id, _usable(identifiers, "local"))
    nhs = _usable(identifiers, "nhs")
    by_nhs = await _by_nhs(session, nhs)
    if by_local and by_nhs and by_local != by_nhs:
        raise Doubt("patient-mismatch", "nhs-and-local-number-differ")
    found = by_local or by_nhs
    person = await session.get(Person, found) if found else None
    if person is None:
        return None
    if nhs and person.nhs_number and person.nhs_number not in {number.value for number in nhs}:
        raise Doubt("patient-mismatch", "other-nhs-number")
    if not by_local and birth_date and person.birth_date and person.birth_date != birth_date:
        raise Doubt("patient-mismatch", "birth-date-differs")
    return person.id


async def person_of(session: AsyncSession, organisation_id: UUID, fact: PersonReported) -> UUID:
    """The person whom a report means, made when nobody has these numbers; local numbers are added. Raises
    Doubt.
    """
    await lock_identities(session, organisation_id, fact.identifiers)
    found = await find_person(session, organisation_id, fact.identifiers, fact.birth_date)
    person_id = found or await new_person(session)
    await add_numbers(session, organisation_id, person_id, fact.identifiers)
    return person_id


async def new_person(session: AsyncSession) -> UUID:
    """A person of whom nothing is known yet."""
    person = Person(id=uuid4())
    session.add(person)
    await session.flush()
    return person.id


async def add_numbers(
    session: AsyncSession, organisation_id: UUID, person_id: UUID, identifiers: Iterable[Identifier]
) -> None:
    """Keep the local numbers of a person."""
    rows = [
        {
            "id": uuid4(),
            "person_id": person_id,
            "organisation_id": organisation_id,
            "authority": found.authority,
            "value": found.value,
        }
        for found in _usable(identifiers, "local")
    ]
    if rows:
        await session.execute(insert(PersonIdentifier).values(rows).on_conflict_do_nothing())


async def refold_person(session: AsyncSession, person_id: UUID) -> tuple[Person, bool]:
    """Write the person as all facts make them; returns the row and whether we learned just now that they
    died.
    """
    ids = await same_person(session, person_id)
    payloads = await session.scalars(
        select(FactRow.payload).where(FactRow.person_id.in_(ids), FactRow.kind == "person-reported")
    )
    state = fold_person(PersonReported.model_validate(payload) for payload in payloads)
    person = await session.get_one(Person, person_id, with_for_update=True)
    was_alive = not person.deceased
    _fill(person, state)
    if session.is_modified(person):
        person.updated_at = func.now()
    await _write_addresses(session, person, state.addresses)
    await _write_contacts(session, person, state)
    await session.flush()
    return person, person.deceased and was_alive


def _fill(person: Person, state: PersonState) -> None:
    """What a feed said replaces what was there; what no feed ever said stays. An NHS number once held is
    kept.
    """
    if person.nhs_number is None or person.nhs_number == state.nhs_number:
        person.nhs_number = state.nhs_number or person.nhs_number
        person.nhs_number_status = state.nhs_number_status or person.nhs_number_status
    if state.name:
        person.family_name, person.given_name = state.name.family or None, state.name.given or None
    person.birth_date = state.birth_date or person.birth_date
    person.sex = state.sex or person.sex
    if state.deceased is not None:
        person.deceased, person.died_on = state.deceased, state.died_on
    if state.hidden is not None:
        person.location_hidden = state.hidden


def _sensitivity(person: Person) -> str:
    return RESTRICTED if person.location_hidden else ORDINARY


async def _write_addresses(
    session: AsyncSession, person: Person, addresses: tuple[Address, ...] | None
) -> None:
    """Keep an address that is said again (it may carry a property number), remove the others, add the new.

    Hiding reaches every address held, whoever gave it.
    """
    held = list(await session.scalars(select(PersonAddress).where(PersonAddress.person_id == person.id)))
    if addresses is not None:
        wanted = {(said.kind, "\n".join(said.lines), said.postcode or None): said for said in addresses}
        for row in held:
            if wanted.pop((row.kind, row.lines, row.postcode), None) is None:
                await session.delete(row)
        session.add_all(
            PersonAddress(
                person_id=person.id,
                kind=kind,
                lines=lines,
                postcode=postcode,
                sensitivity=_sensitivity(person),
            )
            for kind, lines, postcode in wanted
        )
    if person.location_hidden:
        for row in held:
            row.sensitivity = RESTRICTED


async def _write_contacts(session: AsyncSession, person: Person, state: PersonState) -> None:
    """Replace what feeds said anew; hiding covers telephones and next of kin as well (ITK, ZU8-4)."""
    held = list(await session.scalars(select(PersonContact).where(PersonContact.person_id == person.id)))
    telecoms = [row for row in held if row.kind != NEXT_OF_KIN]
    kin = [row for row in held if row.kind == NEXT_OF_KIN]
    if state.telecoms is not None:
        await _replace(session, telecoms, [_telecom_row(person, said) for said in state.telecoms])
    if state.contacts is not None:
        await _replace(session, kin, [_kin_row(person, said) for said in state.contacts])
    if person.location_hidden:
        for row in held:
            row.sensitivity = RESTRICTED


async def _replace(session: AsyncSession, held: list[PersonContact], wanted: list[PersonContact]) -> None:
    """Rows that say the same stay as they are, so that a feed that repeats itself writes nothing."""
    if sorted(map(_saying, held)) == sorted(map(_saying, wanted)):
        return
    for row in held:
        await session.delete(row)
    session.add_all(wanted)


def _saying(row: PersonContact) -> tuple[str, str, str, str, str]:
    return row.kind, row.value, row.name or "", row.relationship_code or "", row.sensitivity


def _telecom_row(person: Person, said: Telecom) -> PersonContact:
    return PersonContact(
        person_id=person.id, kind=said.kind, value=said.value, sensitivity=_sensitivity(person)
    )


def _kin_row(person: Person, said: Contact) -> PersonContact:
    return PersonContact(
        person_id=person.id,
        kind=NEXT_OF_KIN,
        value=next((telecom.value for telecom in said.telecoms), ""),
        name=said.name,
        relationship_code=said.relationship or None,
        sensitivity=_sensitivity(person),
    )


async def merge_persons(session: AsyncSession, survivor: UUID, retired: UUID) -> None:
    """Everything of the retired person belongs to the survivor; the facts stay where they were said."""
    for table in (PersonIdentifier, Spell):
        await session.execute(update(table).where(table.person_id == retired).values(person_id=survivor))
    await session.execute(update(Person).where(Person.id == retired).values(merged_into=survivor))
    session.info.pop(_SAME, None)
