"""Finding the person whom a message means, and keeping the numbers by which they are found.

The rules are in `people.matching`; here are the records they choose from.
"""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import func, select, text, tuple_, union
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from discharge.store.tables import Person, PersonIdentifier, PersonNhsNumber
from fhir_adapters.hl7v2.facts import BEGINNING, Identifier, PersonReported
from fhir_adapters.hl7v2.store.batch_state import flush, keep, only_alone, person_row, state_of
from fhir_adapters.hl7v2.store.doubts import Doubt, SetApart
from fhir_adapters.hl7v2.store.numbers_used_again import not_of_two, of_two, others_under
from fhir_adapters.people.match import NUMBER_USED_AGAIN, Claim, Known, Match, match
from fhir_adapters.people.numbers import HeldNumber, in_use, state_number
from fhir_adapters.people.person_fold import current_name

_LOCK = text("SELECT homeward_lock_identity(key) FROM unnest(CAST(:keys AS text[])) AS key")
_SAME = "homeward.same_person"
NO_KEY = {"key_share": True}
"""Locks a row for a change that leaves its key alone: rows that refer to it can be written meanwhile."""
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
    """One writer at a time for these numbers, in a fixed order."""
    await lock(session, number_keys(organisation_id, (found for found in identifiers if found.usable)))


def number_keys(organisation_id: UUID, identifiers: Iterable[Identifier]) -> set[str]:
    """The keys under which numbers are locked; referrals lock the same."""
    return {
        f"nhs:{found.value}"
        if found.kind == "nhs"
        else f"local:{organisation_id}:{found.authority}:{found.value}"
        for found in identifiers
    }


async def lock(session: AsyncSession, keys: Iterable[str]) -> None:
    """Take locks in a fixed order until the transaction ends; a batch has taken all of its own at once."""
    state = state_of(session)
    wanted = set(keys) - (state.locked if state else frozenset())
    if wanted:
        await session.execute(_LOCK, {"keys": sorted(wanted)})


async def lock_people(session: AsyncSession, *people: UUID) -> None:
    """The locks of every number that these people, and everybody merged with them, are known by."""
    ids = {one for person in people for one in await same_person(session, await survivor_of(session, person))}
    local = select(
        PersonIdentifier.organisation_id, PersonIdentifier.authority, PersonIdentifier.value
    ).where(PersonIdentifier.person_id.in_(ids))
    numbers = await session.scalars(
        select(PersonNhsNumber.nhs_number)
        .where(PersonNhsNumber.person_id.in_(ids))
        .union(select(Person.nhs_number).where(Person.id.in_(ids), Person.nhs_number.is_not(None)))
    )
    keys = {f"nhs:{number}" for number in numbers}
    keys |= {
        f"local:{row.organisation_id}:{row.authority}:{row.value}" for row in await session.execute(local)
    }
    await session.execute(_LOCK, {"keys": sorted(keys)})
    ask_again_who_is_who(session)


async def same_person(session: AsyncSession, person_id: UUID) -> list[UUID]:
    """The ids of a person and of everybody merged into them; asked once in a session, until it merges two."""
    state = state_of(session)
    if state is not None and person_id in state.people:
        return [person_id]
    known: dict[UUID, list[UUID]] = session.info.setdefault(_SAME, {})
    if person_id not in known:
        known[person_id] = list(await session.scalars(_CHAIN, {"person": person_id}))
    return list(known[person_id])


def ask_again_who_is_who(session: AsyncSession) -> None:
    """Two people became one, or one two."""
    session.info.pop(_SAME, None)


async def survivor_of(session: AsyncSession, person_id: UUID) -> UUID:
    """The person at the end of a chain of merges."""
    found: UUID = (await session.execute(select(func.homeward_surviving_person(person_id)))).scalar_one()
    return found


def claim_of(fact: PersonReported) -> Claim:
    """What a report says of whom it means, with the numbers that may find them."""
    name = current_name(fact.names)
    return Claim(
        identifiers=tuple(found for found in fact.identifiers if found.usable),
        family_name=name.family if name else None,
        other_names=frozenset(each.family for each in fact.names or () if each.family),
        described=True,
        birth_date=fact.birth_date,
        identity_unknown=bool(fact.identity_unknown),
    )


async def matched(session: AsyncSession, organisation_id: UUID, claim: Claim) -> Match:
    """The record that a claim means. Raises SetApart when a number is a test patient's, Doubt when it is two
    people's and nothing tells which.
    """
    local = await _by_local(session, organisation_id, _usable(claim.identifiers, "local"))
    if any(person.test_person for person in local):
        raise SetApart("test-person")
    found = await _found(session, local, claim)
    if any(one.rule == NUMBER_USED_AGAIN for one in found.offered):
        only_alone(session)
    if found.used_again is not None and len(await same_person(session, found.used_again)) > 1:
        found = await _found(session, local, claim, merged=True)
    if found.used_again is not None:
        others = await others_under(session, organisation_id, found.used_again)
        return of_two(claim, found, [await known_of(session, one) for one in others])
    await not_of_two(session, organisation_id, claim, found)
    return found


async def _found(session: AsyncSession, local: list[Person], claim: Claim, *, merged: bool = False) -> Match:
    """The match among those with these local numbers; `merged` says that the only one is several records."""
    number = claim.nhs
    if len(local) == 1 and (number is None or local[0].nhs_number == number.value):
        return match(claim, [_seen(local[0], merged=merged)], ())
    nhs = await _by_nhs(session, _usable(claim.identifiers, "nhs"))
    known = [(await known_of(session, one)).model_copy(update={"merged": merged}) for one in local]
    return match(claim, known, [await known_of(session, one) for one in nhs])


async def _by_local(
    session: AsyncSession, organisation_id: UUID, identifiers: list[Identifier]
) -> list[Person]:
    numbers = [(identifier.authority, identifier.value) for identifier in identifiers]
    if not numbers:
        return []
    state = state_of(session)
    if state is not None:
        return state.by_local(organisation_id, identifiers)
    holders = select(func.homeward_surviving_person(PersonIdentifier.person_id)).where(
        PersonIdentifier.organisation_id == organisation_id,
        tuple_(PersonIdentifier.authority, PersonIdentifier.value).in_(numbers),
    )
    return list(await session.scalars(select(Person).where(Person.id.in_(holders)).order_by(Person.id)))


async def _by_nhs(session: AsyncSession, identifiers: list[Identifier]) -> list[Person]:
    """Whoever has or had one of these numbers; a number in use comes before a former one of somebody else."""
    numbers = [found.value for found in identifiers]
    if not numbers:
        return []
    state = state_of(session)
    if state is not None:
        return state.by_nhs(numbers)
    alive = (Person.merged_into.is_(None), Person.test_person.is_(False))
    now = list(await session.scalars(select(Person).where(Person.nhs_number.in_(numbers), *alive)))
    if now:
        return now
    had = union(
        select(func.homeward_surviving_person(PersonNhsNumber.person_id)).where(
            PersonNhsNumber.nhs_number.in_(numbers)
        ),
        select(func.homeward_surviving_person(Person.id)).where(Person.nhs_number.in_(numbers)),
    )
    return list(await session.scalars(select(Person).where(Person.id.in_(had), *alive).order_by(Person.id)))


def _seen(person: Person, former: Iterable[str] = (), *, merged: bool = False) -> Known:
    return Known(
        merged=merged,
        person_id=person.id,
        nhs_number=person.nhs_number,
        nhs_numbers=frozenset(former) | ({person.nhs_number} if person.nhs_number else frozenset()),
        family_name=person.family_name,
        birth_date=person.birth_date,
    )


async def known_of(session: AsyncSession, person: Person) -> Known:
    """A record as matching sees it, with its former numbers."""
    return _seen(person, [row.nhs_number for row in await numbers_of(session, person.id)])


async def person_of(session: AsyncSession, organisation_id: UUID, fact: PersonReported) -> tuple[UUID, Match]:
    """The person whom a report means, made when nobody has these numbers, and how they were found.

    Their numbers are kept; the caller has locked them. Raises Doubt, SetApart.
    """
    person_id, found = await _placed(session, organisation_id, claim_of(fact), fact.stated_at)
    await add_former_numbers(session, organisation_id, person_id, fact.identifiers)
    return person_id, found


async def numbered(
    session: AsyncSession, organisation_id: UUID, identifiers: tuple[Identifier, ...], at: datetime | None
) -> UUID:
    """The person with these numbers alone, made when nobody has them; the numbers are theirs from now on.

    The caller has locked them. Raises Doubt, SetApart.
    """
    claim = Claim(identifiers=tuple(one for one in identifiers if one.usable))
    person_id, _ = await _placed(session, organisation_id, claim, at)
    return person_id


async def _placed(
    session: AsyncSession, organisation_id: UUID, claim: Claim, at: datetime | None
) -> tuple[UUID, Match]:
    found = await matched(session, organisation_id, claim)
    if found.doubt:
        raise Doubt("patient-mismatch", found.doubt, found.offered)
    person_id = found.person_id or await new_person(session)
    await add_numbers(session, organisation_id, person_id, claim.local)
    if found.takes_number and claim.nhs:
        await take_number(session, person_id, claim.nhs, at)
    return person_id, found


async def new_person(session: AsyncSession, *, test: bool = False) -> UUID:
    """A person of whom nothing is known yet."""
    unknown = {"deceased": False, "hidden_by_feed": False, "identity_unknown": False}
    person = Person(id=uuid4(), test_person=test, **unknown)
    keep(session, person)
    await flush(session)
    return person.id


async def set_apart(session: AsyncSession, organisation_id: UUID, said: PersonReported) -> None:
    """Remember a test patient by their local numbers, so that messages without a name are known as theirs.

    A number that a living person holds stays theirs.
    """
    local = _usable(said.identifiers, "local")
    await lock_identities(session, organisation_id, local)
    holders = await _by_local(session, organisation_id, local)
    if not local or any(not person.test_person for person in holders):
        return
    person_id = holders[0].id if holders else await new_person(session, test=True)
    await add_numbers(session, organisation_id, person_id, local)
    name = current_name(said.names)
    if name is not None:
        person = await session.get_one(Person, person_id)
        person.family_name, person.given_name = name.family or None, name.given or None


async def add_numbers(
    session: AsyncSession, organisation_id: UUID, person_id: UUID, identifiers: Iterable[Identifier]
) -> None:
    """Keep the local numbers of a person."""
    state = state_of(session)
    if state is not None:
        state.add_local(organisation_id, person_id, _usable(identifiers, "local"))
        return
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


async def add_former_numbers(
    session: AsyncSession, organisation_id: UUID, person_id: UUID, identifiers: Iterable[Identifier]
) -> None:
    """Local numbers that have ended still find their person, unless they are somebody else's by now."""
    ended = [one.model_copy(update={"usable": True}) for one in identifiers if one.ended]
    await add_numbers(session, organisation_id, person_id, ended)


async def take_number(
    session: AsyncSession, person_id: UUID, stated: Identifier, at: datetime | None
) -> None:
    """Make an NHS number the person's; one that was stated for earlier joins the former ones."""
    person = await person_row(session, person_id)
    if (person.nhs_number, person.nhs_number_status) == (stated.value, stated.status):
        return
    rows = {row.nhs_number: row for row in await numbers_of(session, person_id)}
    if person.nhs_number and person.nhs_number not in rows:
        row = PersonNhsNumber(
            person_id=person_id, nhs_number=person.nhs_number, status=person.nhs_number_status
        )
        keep(session, row)
        rows[person.nhs_number] = row
    held = tuple(
        HeldNumber(value=value, status=row.status, from_at=row.from_at, until_at=row.until_at)
        for value, row in rows.items()
    )
    after = state_number(held, stated.value, stated.status, at)
    for number in after:
        row = rows.get(number.value) or PersonNhsNumber(person_id=person_id, nhs_number=number.value)
        row.status, row.from_at, row.until_at = number.status, number.from_at, number.until_at
        if number.value not in rows:
            keep(session, row)
    current = in_use(after)
    person.nhs_number = current.value if current else None
    person.nhs_number_status = current.status if current else None
    await flush(session)


async def numbers_of(session: AsyncSession, person_id: UUID) -> list[PersonNhsNumber]:
    """The NHS numbers that a person has or had, the first ones first."""
    state = state_of(session)
    if state is not None:
        return sorted(state.nhs_numbers[person_id], key=lambda row: row.from_at or BEGINNING)
    held = select(PersonNhsNumber).where(PersonNhsNumber.person_id == person_id)
    return list(await session.scalars(held.order_by(PersonNhsNumber.from_at.nulls_first())))
