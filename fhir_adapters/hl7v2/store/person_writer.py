"""Writing a person as everything that feeds said of them makes them: name, addresses, contacts, hiding.

Hiding reaches every row held, whoever gave it, and every record merged into the person, at once; lifting it
shows again what it hid.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from discharge.clocks import london_date
from discharge.store.tables import Person, PersonAddress, PersonContact, PersonMerge
from discharge.store.tables.persons import ORDINARY, RESTRICTED
from fhir_adapters.hl7v2.facts import Address, PersonReported
from fhir_adapters.hl7v2.store.batch_state import (
    Reported,
    drop,
    flush,
    keep,
    moment,
    person_row,
    state_of,
)
from fhir_adapters.hl7v2.store.contact_reports import said_by_referrals
from fhir_adapters.hl7v2.store.contact_writer import write_contacts
from fhir_adapters.hl7v2.store.persons import NO_KEY, same_person
from fhir_adapters.people.hidden_location import Statement, whether_hidden
from fhir_adapters.people.person_fold import HOME, PersonState, fold_person, moved_at
from fhir_adapters.store.tables import FactRow, InboxRow


class Refolded(NamedTuple):
    """A person as written: whether we learned just now that they died, or that they did not after all, and
    whether anything changed.
    """

    person: Person
    died_now: bool
    changed: bool
    lives_after_all: bool = False


async def refold_person(session: AsyncSession, person_id: UUID) -> Refolded:
    """Write the person as all facts make them; locked first, to read what another drain wrote."""
    person = await person_row(session, person_id, lock=NO_KEY)
    ids = await same_person(session, person_id)
    said = await _reported(session, ids)
    own = [one.fact for one in said if one.about == person_id]
    state = fold_person(own, (one.fact for one in said if one.about != person_id))
    was_alive, was_hidden = not person.deceased, person.hidden_by_feed
    hidden = whether_hidden(map(_statement, filter(_of_hiding, said)), await _merged_at(session, ids))
    with session.no_autoflush:  # what was written already would not be seen to have changed
        _fill(person, state)
        person.hidden_by_feed = person.hidden_by_feed if hidden is None else hidden
        at = moved_at(one.fact for one in said)
        moved = await _write_addresses(session, person, state.addresses, at)
        referred = await said_by_referrals(session, person_id, ids)
        reached = await write_contacts(session, person, state, referred, _sensitivity(person))
        changed = bool(session.is_modified(person) or moved or reached)
    if changed:
        person.updated_at = moment(session)
    await flush(session)
    if person.hidden_by_feed or was_hidden:
        await _hide_or_show(session, ids, person.hidden_by_feed)
    died_now, lives = person.deceased and was_alive, not person.deceased and not was_alive
    return Refolded(person, died_now, changed, lives)


async def _reported(session: AsyncSession, ids: list[UUID]) -> list[Reported]:
    batch = state_of(session)
    if batch is not None:
        return [one for person_id in ids for one in batch.reported[person_id]]
    return await person_reports(session, ids)


def _of_hiding(said: Reported) -> bool:
    return said.fact.hidden is not None


def _statement(said: Reported) -> Statement:
    fact = said.fact
    return Statement(said.sender, said.about, fact.stated_at, fact.digest, bool(fact.hidden))


async def _merged_at(session: AsyncSession, ids: list[UUID]) -> dict[UUID, datetime]:
    """When each retired record became part of the person."""
    if len(ids) == 1:
        return {}
    rows = await session.execute(
        select(PersonMerge.retired_id, PersonMerge.effective_at).where(
            PersonMerge.retired_id.in_(ids), PersonMerge.undone_at.is_(None)
        )
    )
    return {row.retired_id: row.effective_at for row in rows}


async def _hide_or_show(session: AsyncSession, ids: list[UUID], hidden: bool) -> None:
    """The same for every record of the person, and for every address and contact they hold."""
    sensitivity = RESTRICTED if hidden else ORDINARY
    batch = state_of(session)
    if batch is not None:
        held: list[PersonAddress | PersonContact] = [*batch.addresses[ids[0]], *batch.contacts[ids[0]]]
        for row in held:
            row.sensitivity = sensitivity
        return
    await session.execute(update(Person).where(Person.id.in_(ids)).values(hidden_by_feed=hidden))
    for table in (PersonAddress, PersonContact):
        theirs = update(table).where(table.person_id.in_(ids))
        await session.execute(theirs.values(sensitivity=sensitivity))


def _fill(person: Person, state: PersonState) -> None:
    """What a feed said replaces what was there; what no feed ever said stays."""
    if state.name:
        person.family_name, person.given_name = state.name.family or None, state.name.given or None
    person.birth_date = state.birth_date or person.birth_date
    person.sex = state.sex or person.sex
    if state.deceased is not None:
        person.deceased, person.died_on = state.deceased, state.died_on
    person.identity_unknown = state.identity_unknown


def _sensitivity(person: Person) -> str:
    return RESTRICTED if person.hidden_by_feed else ORDINARY


async def _write_addresses(
    session: AsyncSession,
    person: Person,
    addresses: tuple[Address, ...] | None,
    moved: datetime | None,
) -> bool:
    """Keep an address that is said again (it may carry a property number), remove the others, add the new.
    One that has ended stays, with its dates. A home that was let stays in force until feeds begin to name
    another one: until then theirs is history. Whether anything changed.
    """
    if addresses is None:
        return False
    held = await _held_addresses(session, person.id)
    let = _let_in_force(held, addresses, moved)
    lasting_last = sorted(addresses, key=lambda said: (said.until_on is None, said.until_on or date.max))
    wanted = {(said.kind, "\n".join(said.lines), said.postcode or None): said for said in lasting_last}
    changed = False
    for row in held:
        again = wanted.pop((row.kind, row.lines, row.postcode), None)
        if row.let_id is not None:
            continue
        if again is None:
            await drop(session, row)
            changed = True
        elif row.ended_by_let_id is None and (row.from_on, row.until_on) != (again.from_on, again.until_on):
            row.from_on, row.until_on = again.from_on, again.until_on
    for (kind, lines, postcode), said in wanted.items():
        former = let if kind == HOME and said.until_on is None else None
        if former is not None and postcode == former.postcode:
            continue
        changed = True
        keep(
            session,
            PersonAddress(
                person_id=person.id,
                kind=kind,
                lines=lines,
                postcode=postcode,
                from_on=said.from_on,
                until_on=former.from_on if former else said.until_on,
                ended_by_let_id=former.let_id if former else None,
                sensitivity=_sensitivity(person),
            ),
        )
    return changed or any(map(session.is_modified, held))


async def _held_addresses(session: AsyncSession, person_id: UUID) -> list[PersonAddress]:
    batch = state_of(session)
    if batch is not None:
        return list(batch.addresses[person_id])
    return list(await session.scalars(select(PersonAddress).where(PersonAddress.person_id == person_id)))


def _let_in_force(
    held: list[PersonAddress], addresses: tuple[Address, ...], moved: datetime | None
) -> PersonAddress | None:
    """The home that was let last, unless feeds named another one since: then it is history, too."""
    lets = [row for row in held if row.let_id is not None and row.until_on is None]
    if not lets:
        return None
    let = max(lets, key=lambda row: row.from_on or date.min)
    named = [said for said in addresses if said.kind == HOME and said.until_on is None]
    since = [london_date(moved)] if moved is not None else []
    since += [said.from_on for said in named if said.from_on is not None]
    same = any((said.postcode or None) == let.postcode for said in named)
    if same or max(since, default=date.min) <= (let.from_on or date.min):
        return let
    let.until_on = max(since)
    return None


async def person_reports(session: AsyncSession, ids: Sequence[UUID]) -> list[Reported]:
    """Every report about people, with the organisation that sent it and its place among what arrived; for a
    batch and for a message alone.
    """
    rows = await session.execute(
        select(
            FactRow.payload,
            InboxRow.organisation_id,
            FactRow.person_id,
            InboxRow.sequence,
            FactRow.ordinal,
        )
        .join(InboxRow, InboxRow.id == FactRow.inbox_id)
        .where(FactRow.person_id.in_(ids), FactRow.kind == "person-reported")
    )
    return [
        Reported(
            PersonReported.model_validate({**payload, "arrival": (sequence, ordinal)}, extra="ignore"),
            sender,
            about,
        )
        for payload, sender, about, sequence, ordinal in rows
    ]
