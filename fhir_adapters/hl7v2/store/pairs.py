"""Offering two records for review: by what a message showed, or because they resemble each other.

Nothing is merged here. A pair that people found to be two is offered again only when something new speaks
for one person.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import partial
from uuid import UUID

from sqlalchemy import delete, func, or_, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from discharge.store.addresses import home_of
from discharge.store.tables import (
    DuplicatePair,
    PairLeftOut,
    Person,
    PersonContact,
    PersonIdentifier,
    PersonNhsNumber,
)
from fhir_adapters.hl7v2.store.batch_state import state_of
from fhir_adapters.hl7v2.store.persons import survivor_of
from fhir_adapters.people.birth_dates import PLACEHOLDER_DATES
from fhir_adapters.people.comparison import Finding, Portrait, compare, offered_again, resemblances
from fhir_adapters.people.match import NUMBER_USED_AGAIN, Offered
from fhir_adapters.store.tables import InboxRow

MOST_ALIKE = 10
"""Records of one organisation that may share a family name and birth date and still tell something."""
MOST_PAIRS = 20
"""Open pairs of one record in one organisation: who has so many is looked at first."""

COMMON, MANY = "common-values", "many-pairs"
"""Why pairs of a record are left out."""

_ALIKE = text(
    """
    SELECT me.id, alike.id FROM json_to_recordset(:wanted) AS said (person_id uuid, organisation_id uuid)
    JOIN persons AS me ON me.id = said.person_id AND me.merged_into IS NULL AND NOT me.test_person
        AND NOT me.identity_unknown AND me.birth_date IS NOT NULL AND NOT me.birth_date = ANY(:placeholders)
    CROSS JOIN LATERAL (
        SELECT other.id FROM persons AS other
        WHERE other.birth_date = me.birth_date AND other.id <> me.id AND other.merged_into IS NULL
          AND NOT other.test_person AND NOT other.identity_unknown
          AND homeward_plain(other.family_name) = homeward_plain(me.family_name)
          AND (EXISTS (SELECT FROM person_identifiers AS numbered WHERE numbered.person_id = other.id
                       AND numbered.organisation_id = said.organisation_id)
               OR EXISTS (SELECT FROM spells WHERE spells.person_id = other.id
                          AND spells.organisation_id = said.organisation_id)
               OR EXISTS (SELECT FROM cases JOIN case_participants AS part ON part.case_id = cases.id
                          WHERE cases.person_id = other.id AND part.organisation_id = said.organisation_id)
               OR EXISTS (SELECT FROM duplicate_pairs AS pair
                          WHERE other.id IN (pair.left_id, pair.right_id)
                          AND pair.organisation_id = said.organisation_id
                          AND :used_again = ANY(pair.rules)))
        LIMIT :most
    ) AS alike
    ORDER BY me.id, alike.id
    """
)
"""Who shares a family name and a birth date with whom, in one organisation: every rule of resemblance asks
for both. Whoever came under a number of somebody else's has none of their own.
"""

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
    """Offer what matching found; `new_person` stands where a pair names the record made since. What a batch
    finds is offered once it is written.
    """
    found = list(found)
    batch = state_of(session)
    if batch is not None:
        if found:
            batch.afterwards.append(partial(offer, session, organisation_id, inbox_id, found, new_person))
        return
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
    session: AsyncSession, organisation_id: UUID, inbox_id: UUID, person: Person
) -> None:
    """Offer the records known to the same organisation that resemble this one by a rule; what a batch
    describes is looked at once it is written.
    """
    batch = state_of(session)
    if batch is not None:
        batch.described[person.id] = organisation_id, inbox_id
    else:
        await offer_all_resembling(session, {person.id: (organisation_id, inbox_id)})


async def offer_all_resembling(session: AsyncSession, described: Mapping[UUID, tuple[UUID, UUID]]) -> None:
    """Offer records that resemble these people, each to the organisation and by the message given.

    A family name and birth date that more than `MOST_ALIKE` others share are no evidence: those are not
    offered, which is written down.
    """
    wanted = [
        {"person_id": str(person_id), "organisation_id": str(organisation_id)}
        for person_id, (organisation_id, _) in described.items()
    ]
    if not wanted:
        return
    values = {"wanted": json.dumps(wanted), "placeholders": list(PLACEHOLDER_DATES), "most": MOST_ALIKE + 1}
    values["used_again"] = NUMBER_USED_AGAIN
    alike: dict[UUID, list[UUID]] = defaultdict(list)
    for person_id, other_id in await session.execute(_ALIKE, values):
        alike[person_id].append(other_id)
    for person_id, others in alike.items():
        organisation_id, inbox_id = described[person_id]
        if len(others) > MOST_ALIKE:
            await _leave_out(session, organisation_id, person_id, COMMON)
        else:
            await _offer_alike(session, organisation_id, inbox_id, person_id, others)


async def _offer_alike(
    session: AsyncSession, organisation_id: UUID, inbox_id: UUID, person_id: UUID, others: list[UUID]
) -> None:
    mine = await portrait_of(session, await session.get_one(Person, person_id))
    for other_id in others:
        rules = resemblances(mine, await portrait_of(session, await session.get_one(Person, other_id)))
        if rules:
            await offer_pair(session, organisation_id, inbox_id, rules, person_id, other_id)


async def _leave_out(session: AsyncSession, organisation_id: UUID, person_id: UUID, cause: str) -> None:
    values = {"organisation_id": organisation_id, "person_id": person_id, "cause": cause}
    again = insert(PairLeftOut).values(values)
    await session.execute(
        again.on_conflict_do_update(
            index_elements=["organisation_id", "person_id"],
            set_={"cause": again.excluded.cause, "at": func.now()},
        )
    )


async def _many_already(session: AsyncSession, organisation_id: UUID, person_id: UUID) -> bool:
    either = or_(DuplicatePair.left_id == person_id, DuplicatePair.right_id == person_id)
    waiting = (DuplicatePair.organisation_id == organisation_id, DuplicatePair.state == "open", either)
    count = await session.scalar(select(func.count()).select_from(DuplicatePair).where(*waiting))
    return (count or 0) >= MOST_PAIRS


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
    for person_id in (left, right):
        if await _many_already(session, organisation_id, person_id) and not await _known(session, values):
            await _leave_out(session, organisation_id, person_id, MANY)
            return
    made = insert(DuplicatePair).values(
        **values, rules=list(rules), evidence=evidence, source_inbox_id=inbox_id
    )
    added = await session.scalar(made.on_conflict_do_nothing().returning(DuplicatePair.id))
    theirs = (PairLeftOut.organisation_id == organisation_id, PairLeftOut.person_id.in_((left, right)))
    await session.execute(delete(PairLeftOut).where(*theirs))
    if added is None:
        known = select(DuplicatePair).filter_by(**values).with_for_update()
        _offer_again(await session.scalar(known), rules, dict(evidence), inbox_id)
        await session.flush()


async def _known(session: AsyncSession, values: Mapping[str, UUID]) -> bool:
    return await session.scalar(select(DuplicatePair.id).filter_by(**values)) is not None


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
