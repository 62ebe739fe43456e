"""What is known around people who differ: messages that wait, people on the list without a bed of ours."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from discharge.store.tables import Person, PersonIdentifier, Spell
from fhir_adapters.shadow.model import Clues, Held, Listed, Said
from fhir_adapters.shadow.store.held_stays import last_said
from fhir_adapters.store.inbox import number_key
from fhir_adapters.store.tables import Feed, InboxRow

WAITING = ("stored", "parked", "unassigned", "rejected")


async def heard_before(session: AsyncSession, feed: Feed, at: datetime) -> datetime | None:
    """When the feed had last said something before an instant, both in case time."""
    said = (InboxRow.feed_id == feed.id, InboxRow.event_time <= at)
    return await session.scalar(select(func.max(InboxRow.event_time)).where(*said))


async def waiting_messages(
    session: AsyncSession, feed: Feed, listed: Iterable[Listed], held: Iterable[Held]
) -> dict[str, str]:
    """By number: the state of the newest message that waits for its person."""
    numbers = _numbers(listed) | {one.nhs_number for one in held} | {one.hospital_number for one in held}
    keys = {number_key(number): number for number in numbers if number}
    rows = await session.execute(
        select(InboxRow.person_key, InboxRow.state)
        .where(
            InboxRow.organisation_id == feed.organisation_id,
            InboxRow.person_key.in_(keys),
            InboxRow.state.in_(WAITING),
        )
        .order_by(InboxRow.sequence)
    )
    return {keys[key]: state for key, state in rows if key}


def _numbers(listed: Iterable[Listed]) -> set[str]:
    return {number for line in listed for number in (line.nhs_number, line.hospital_number) if number}


async def clues_of(session: AsyncSession, feed: Feed, alone: Sequence[Listed]) -> dict[int, Clues]:
    """What we know of people on the list without a bed here, by line."""
    known = await _known(session, feed.organisation_id, alone)
    spells = await _latest_spells(session, feed.organisation_id, set(known.values()))
    said = await last_said(session, [spell.id for spell in spells.values()])
    heard = await _heard_of(session, feed, alone)
    return {line.line: _clues(line, known.get(line.line), spells, said, heard) for line in alone}


def _clues(
    line: Listed,
    person_id: UUID | None,
    spells: Mapping[UUID, Spell],
    said: Mapping[UUID, Mapping[str, Said]],
    heard: set[str],
) -> Clues:
    spell = spells.get(person_id) if person_id else None
    heard_of = bool(heard & {line.nhs_number, line.hospital_number})
    if spell is None:
        return Clues(person_id=person_id, heard_of=heard_of)
    return Clues(
        person_id=person_id,
        stay_status=spell.status,
        left_at=spell.discharged_at if spell.status == "discharged" else None,
        said=said.get(spell.id, {}).get("stay"),
        heard_of=heard_of,
    )


async def _known(session: AsyncSession, trust: UUID, lines: Sequence[Listed]) -> dict[int, UUID]:
    """Who is meant by each line, as far as we know anybody by that number."""
    nhs = {line.nhs_number for line in lines if line.nhs_number}
    own = {line.hospital_number for line in lines if line.hospital_number}
    by_nhs = await session.execute(
        select(Person.nhs_number, Person.id).where(Person.nhs_number.in_(nhs), Person.merged_into.is_(None))
    )
    people: dict[str, UUID] = {number: person_id for number, person_id in by_nhs if number}
    by_own = await session.execute(
        select(PersonIdentifier.value, PersonIdentifier.person_id).where(
            PersonIdentifier.organisation_id == trust, PersonIdentifier.value.in_(own)
        )
    )
    local: dict[str, UUID] = dict(by_own.all())
    found = {line.line: people.get(line.nhs_number) or local.get(line.hospital_number) for line in lines}
    return {number: person_id for number, person_id in found.items() if person_id}


async def _latest_spells(session: AsyncSession, trust: UUID, people: set[UUID]) -> dict[UUID, Spell]:
    rows = await session.scalars(
        select(Spell)
        .where(Spell.organisation_id == trust, Spell.person_id.in_(people))
        .order_by(Spell.admitted_at.asc().nulls_first())
    )
    return {spell.person_id: spell for spell in rows}


async def _heard_of(session: AsyncSession, feed: Feed, lines: Sequence[Listed]) -> set[str]:
    keys = {number_key(number): number for number in _numbers(lines)}
    rows = await session.scalars(
        select(InboxRow.person_key)
        .where(InboxRow.organisation_id == feed.organisation_id, InboxRow.person_key.in_(keys))
        .distinct()
    )
    return {keys[key] for key in rows if key}
