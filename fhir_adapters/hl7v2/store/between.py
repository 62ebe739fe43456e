"""What arrived between a merge and its undoing, and to whom it belongs by its own numbers."""

from collections import defaultdict
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from discharge.store.tables import (
    CaseEventRow,
    CaseSpellRow,
    DocumentRow,
    PersonIdentifier,
    PersonMerge,
    PersonNhsNumber,
)
from fhir_adapters.hl7v2.facts import Identifier, PersonReported
from fhir_adapters.hl7v2.store.persons import same_person
from fhir_adapters.people.merge import Holdings, Item, Said, own_messages
from fhir_adapters.store.tables import FactRow, InboxRow


def _nhs(value: str) -> str:
    return f"nhs:{value}"


def _local(organisation_id: UUID, authority: str, value: str) -> str:
    return f"local:{organisation_id}:{authority}:{value}"


def _text(organisation_id: UUID, identifier: Identifier) -> str:
    if identifier.kind == "nhs":
        return _nhs(identifier.value)
    return _local(organisation_id, identifier.authority, identifier.value)


async def arrived_between(session: AsyncSession, row: PersonMerge, held: Holdings) -> dict[Item, UUID]:
    """The home of each thing that came since the merge and is the retired person's own.

    Their messages and facts are given back to them here as well.
    """
    retired = await same_person(session, row.retired_id)
    known = await _numbers(session, held)
    theirs = {item for item in known if held.home.get(item, held.at[item]) in retired}
    kept = {item for item, (_, since) in known.items() if item not in theirs and since <= row.recorded_at}
    others = {person for person in (*held.links, *held.links.values()) if person not in retired}
    messages, numbers = own_messages(
        await _said(session, others),
        frozenset(known[item][0] for item in theirs),
        frozenset(known[item][0] for item in kept),
    )
    if not messages:
        return {}
    await _give_messages(session, row.retired_id, messages, others)
    found = {item for item in known if item not in theirs | kept and known[item][0] in numbers}
    found |= await _spells_of(session, messages, held)
    found |= await _documents_of(session, messages, held)
    found |= await _cases_since(session, row, found, held)
    return dict.fromkeys(found, row.retired_id)


async def _numbers(session: AsyncSession, held: Holdings) -> dict[Item, tuple[str, datetime]]:
    """Every number held, as a comparable text, with when we first heard of it."""
    found: dict[Item, tuple[str, datetime]] = {}
    local = select(PersonIdentifier).where(PersonIdentifier.id.in_(_ids(held, "identifier")))
    for one in await session.scalars(local):
        text = _local(one.organisation_id, one.authority, one.value)
        found[Item("identifier", one.id)] = (text, one.recorded_at)
    nhs = select(PersonNhsNumber).where(PersonNhsNumber.id.in_(_ids(held, "nhs-number")))
    for number in await session.scalars(nhs):
        found[Item("nhs-number", number.id)] = (_nhs(number.nhs_number), number.recorded_at)
    return found


def _ids(held: Holdings, kind: str) -> list[UUID]:
    return [item.id for item in held.at if item.kind == kind]


async def _said(session: AsyncSession, people: set[UUID]) -> list[Said]:
    """Every message about these records with the numbers it gave."""
    rows = await session.execute(
        select(FactRow.inbox_id, FactRow.payload, InboxRow.organisation_id)
        .join(InboxRow, InboxRow.id == FactRow.inbox_id)
        .where(FactRow.person_id.in_(people), FactRow.kind == "person-reported")
        .order_by(FactRow.recorded_at, FactRow.inbox_id)
    )
    return [
        Said(inbox_id, frozenset(_text(sender, one) for one in fact.identifiers if one.usable))
        for inbox_id, payload, sender in rows
        for fact in (PersonReported.model_validate(payload, extra="ignore"),)
    ]


async def _give_messages(
    session: AsyncSession, person_id: UUID, messages: frozenset[UUID], others: set[UUID]
) -> None:
    facts = update(FactRow).where(
        FactRow.inbox_id.in_(messages), FactRow.person_id.in_(others), FactRow.kind != "persons-merged"
    )
    await session.execute(facts.values(person_id=person_id))
    inbox = update(InboxRow).where(InboxRow.id.in_(messages), InboxRow.person_id.in_(others))
    await session.execute(inbox.values(person_id=person_id))


async def _spells_of(session: AsyncSession, messages: frozenset[UUID], held: Holdings) -> set[Item]:
    """Stays of which these messages alone told."""
    told: dict[UUID, set[UUID]] = defaultdict(set)
    rows = await session.execute(
        select(FactRow.spell_id, FactRow.inbox_id).where(FactRow.spell_id.in_(_ids(held, "spell")))
    )
    for spell_id, inbox_id in rows:
        if spell_id is not None:
            told[spell_id].add(inbox_id)
    items = {Item("spell", spell_id) for spell_id, by in told.items() if by <= messages}
    return {item for item in items if item not in held.home}


async def _documents_of(session: AsyncSession, messages: frozenset[UUID], held: Holdings) -> set[Item]:
    """Documents that one of these messages brought."""
    rows = await session.scalars(
        select(DocumentRow.id).where(
            DocumentRow.id.in_(_ids(held, "document")), DocumentRow.inbox_id.in_(messages)
        )
    )
    return {item for item in (Item("document", row) for row in rows) if item not in held.home}


async def _cases_since(
    session: AsyncSession, row: PersonMerge, found: set[Item], held: Holdings
) -> set[Item]:
    """Cases that opened since the merge for stays that are the retired person's."""
    theirs = {item.id for item in found if item.kind == "spell"}
    theirs |= {item.id for item, home in held.home.items() if item.kind == "spell" and home == row.retired_id}
    opened = select(CaseEventRow.case_id).group_by(CaseEventRow.case_id)
    opened = opened.having(func.min(CaseEventRow.recorded_at) > row.recorded_at)
    rows = await session.execute(
        select(CaseSpellRow.case_id, CaseSpellRow.spell_id).where(
            CaseSpellRow.case_id.in_(opened.where(CaseEventRow.case_id.in_(_ids(held, "case"))))
        )
    )
    covers: dict[UUID, set[UUID]] = defaultdict(set)
    for case_id, spell_id in rows:
        covers[case_id].add(spell_id)
    return {Item("case", case_id) for case_id, spells in covers.items() if spells <= theirs}
