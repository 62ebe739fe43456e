"""Offering two records for review: by what a message showed, or because they resemble each other.

Nothing is merged here. A pair that people found to be two is offered again only when something new speaks
for one person.
"""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import Select, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from discharge.store.addresses import home_of
from discharge.store.tables import (
    CaseParticipantRow,
    CaseRow,
    DuplicatePair,
    Person,
    PersonContact,
    PersonIdentifier,
    PersonNhsNumber,
    Spell,
)
from fhir_adapters.hl7v2.store.persons import survivor_of
from fhir_adapters.people.birth_dates import known_birth_date
from fhir_adapters.people.comparing import Finding, Portrait, compare, offered_again, resemblances
from fhir_adapters.people.matching import Offered
from fhir_adapters.store.tables import InboxRow

MOST_CANDIDATES = 50
MERGE_CONTRADICTED = "merge-contradicted"


async def portrait_of(session: AsyncSession, person: Person) -> Portrait:
    """What a record says, as far as comparing needs; it never leaves the worker."""
    home = await session.scalar(home_of(person.id))
    phone = await session.scalar(
        select(PersonContact.value)
        .where(PersonContact.person_id == person.id, PersonContact.kind.in_(("mobile", "phone")))
        .order_by(PersonContact.kind, PersonContact.value)
        .limit(1)
    )
    numbers = await session.scalars(
        select(PersonNhsNumber.nhs_number).where(PersonNhsNumber.person_id == person.id)
    )
    given_by = await session.execute(
        select(PersonIdentifier.organisation_id, PersonIdentifier.authority).where(
            PersonIdentifier.person_id == person.id
        )
    )
    return Portrait(
        family_name=person.family_name or "",
        given_name=person.given_name or "",
        birth_date=person.birth_date,
        sex=person.sex or "",
        postcode=(home and home.postcode) or "",
        phone=phone or "",
        nhs_numbers=frozenset(numbers) | ({person.nhs_number} if person.nhs_number else frozenset()),
        numbered_by=frozenset(f"{organisation}/{authority}" for organisation, authority in given_by),
        identity_unknown=person.identity_unknown,
    )


async def offer(
    session: AsyncSession,
    organisation_id: UUID,
    inbox_id: UUID,
    found: Iterable[Offered],
    new_person: UUID | None = None,
) -> None:
    """Offer what matching found; `new_person` stands where a pair names the record made since."""
    for one in found:
        other = one.other_id or new_person
        if other is not None:
            await offer_pair(session, organisation_id, inbox_id, (one.rule,), one.person_id, other)


async def offer_doubted(session: AsyncSession, inbox_id: UUID, found: Iterable[Offered]) -> None:
    """Offer what kept a message from having its effect."""
    pairs = list(found)
    if pairs:
        row = await session.get_one(InboxRow, inbox_id)
        await offer(session, row.organisation_id, inbox_id, pairs)


async def offer_resembling(
    session: AsyncSession, organisation_id: UUID, inbox_id: UUID | None, person: Person
) -> None:
    """Offer the records known to the same organisation that resemble this one by a rule."""
    if known_birth_date(person.birth_date) is None or person.identity_unknown or person.test_person:
        return
    candidates = list(await session.scalars(_candidates(organisation_id, person).limit(MOST_CANDIDATES)))
    if not candidates:
        return
    mine = await portrait_of(session, person)
    for other in candidates:
        rules = resemblances(mine, await portrait_of(session, other))
        if rules:
            await offer_pair(session, organisation_id, inbox_id, rules, person.id, other.id)


def _candidates(organisation_id: UUID, person: Person) -> Select[Person]:
    numbered = select(PersonIdentifier.id).where(
        PersonIdentifier.person_id == Person.id, PersonIdentifier.organisation_id == organisation_id
    )
    stayed = select(Spell.id).where(Spell.person_id == Person.id, Spell.organisation_id == organisation_id)
    in_case = (
        select(CaseRow.id)
        .join(CaseParticipantRow, CaseParticipantRow.case_id == CaseRow.id)
        .where(CaseRow.person_id == Person.id, CaseParticipantRow.organisation_id == organisation_id)
    )
    return select(Person).where(
        Person.birth_date == person.birth_date,
        Person.id != person.id,
        Person.merged_into.is_(None),
        Person.test_person.is_(False),
        or_(numbered.exists(), stayed.exists(), in_case.exists()),
    )


async def offer_pair(
    session: AsyncSession,
    organisation_id: UUID,
    inbox_id: UUID | None,
    rules: Iterable[str],
    one: UUID,
    other: UUID,
) -> None:
    """Offer two records; nothing happens while they are one person, or when nothing new speaks for that."""
    rules = tuple(rules)
    if MERGE_CONTRADICTED not in rules:
        one, other = await survivor_of(session, one), await survivor_of(session, other)
    if one == other:
        return
    left, right = sorted((one, other))
    people = [await session.get(Person, left), await session.get(Person, right)]
    portraits = [await portrait_of(session, person) for person in people if person is not None]
    if len(portraits) < len(people):
        return
    evidence = compare(*portraits)
    values = {"organisation_id": organisation_id, "left_id": left, "right_id": right}
    made = insert(DuplicatePair).values(
        **values, rules=list(rules), evidence=evidence, source_inbox_id=inbox_id
    )
    added = await session.scalar(made.on_conflict_do_nothing().returning(DuplicatePair.id))
    if added is None:
        known = select(DuplicatePair).filter_by(**values).with_for_update()
        _offer_again(await session.scalar(known), rules, dict(evidence), inbox_id)
        await session.flush()


def _offer_again(
    pair: DuplicatePair | None, rules: tuple[str, ...], evidence: dict[str, Finding], inbox_id: UUID | None
) -> None:
    if pair is None:
        return
    decided = pair.decided_evidence or {}
    before = decided.get("rules", ())
    if pair.state == "open":
        pair.rules = sorted({*pair.rules, *rules})
        pair.evidence = evidence
    elif offered_again(decided.get("fields", {}), evidence, rules, before):
        pair.state, pair.rules, pair.evidence = "open", sorted({*before, *rules}), evidence
        pair.source_inbox_id, pair.decided_at = inbox_id, None
        pair.offered_at = func.now()


def decide_pair(pair: DuplicatePair, state: str) -> None:
    """Close a pair with what is known now, so that it is offered again only when more is."""
    pair.state = state
    pair.decided_at = func.now()
    pair.decided_evidence = {"fields": pair.evidence, "rules": list(pair.rules)}


async def remember_as_two(session: AsyncSession, one: Iterable[UUID], other: Iterable[UUID]) -> None:
    """After a merge was undone: the pairs between the two sides are two people, as far as is known now."""
    left, right = list(one), list(other)
    between = or_(
        DuplicatePair.left_id.in_(left) & DuplicatePair.right_id.in_(right),
        DuplicatePair.left_id.in_(right) & DuplicatePair.right_id.in_(left),
    )
    for pair in await session.scalars(select(DuplicatePair).where(between).with_for_update()):
        decide_pair(pair, "not-same")
    await session.flush()


async def settle_pairs(session: AsyncSession, people: list[UUID]) -> None:
    """Open pairs of records that are one by now need nobody any more."""
    both = (DuplicatePair.left_id.in_(people), DuplicatePair.right_id.in_(people))
    await session.execute(
        update(DuplicatePair)
        .where(DuplicatePair.state == "open", *both)
        .values(state="settled", decided_at=func.now())
    )
