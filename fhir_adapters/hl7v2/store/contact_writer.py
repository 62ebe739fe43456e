"""Writing whom to call as feeds say it now: the person's own numbers, next of kin, practice and doctors."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from discharge.clocks import london_date
from discharge.store.tables import Person, PersonContact
from discharge.store.tables.persons import CONSULTANT, GP, NEXT_OF_KIN, PRACTICE
from fhir_adapters.hl7v2.facts import Contact, Practitioner
from fhir_adapters.hl7v2.store.batch_state import drop, keep, state_of
from fhir_adapters.people.person_fold import PersonState, Reach

OF_OTHERS = frozenset({NEXT_OF_KIN, PRACTICE, GP, CONSULTANT})
"""Kinds that are not the person's own number."""


async def write_contacts(session: AsyncSession, person: Person, state: PersonState, sensitivity: str) -> bool:
    """Replace what feeds said anew; whether anything changed."""
    held = await _held(session, person.id)
    changed = [
        await _replace(
            session,
            [row for row in held if row.kind in kinds],
            [_row(person, sensitivity, each) for each in said],
        )
        for kinds, said in _said(state, frozenset(row.kind for row in held) - OF_OTHERS)
    ]
    return any(changed)


Values = dict[str, str | date | None]


def _said(state: PersonState, own: frozenset[str]) -> Iterator[tuple[frozenset[str], list[Values]]]:
    """What feeds speak of at all: the kinds, and what they say of them now."""
    if state.telecoms is not None:
        telecoms = [
            {"kind": each.kind, "value": each.value, **_since(state, "telecoms", each)}
            for each in state.telecoms
        ]
        yield own | {"phone", "mobile", "email"}, telecoms
    if state.contacts is not None:
        yield frozenset({NEXT_OF_KIN}), [row for each in state.contacts for row in _kin(state, each)]
    if state.practice is not None:
        named = {"value": state.practice, "name": state.practice_name or None}
        yield (
            frozenset({PRACTICE}),
            [{"kind": PRACTICE, **named, **_since(state, "practice", state.practice)}],
        )
    for kind, doctor in ((GP, state.gp), (CONSULTANT, state.consultant)):
        if doctor is not None:
            yield frozenset({kind}), list(_doctor(state, kind, doctor))


def _since(state: PersonState, field: str, said: Reach) -> dict[str, date | None]:
    at = state.since.get((field, said))
    return {"said_on": london_date(at) if at is not None else None}


def _kin(state: PersonState, said: Contact) -> Iterator[Values]:
    """A row for each number of a next of kin; one without a number where they have none."""
    for value in dict.fromkeys(each.value for each in said.telecoms) or [""]:
        yield {
            "kind": NEXT_OF_KIN,
            "value": value,
            "name": said.name,
            "relationship_code": said.relationship or None,
            "contact_role": said.contact_role or None,
            **_since(state, "contacts", said),
        }


def _doctor(state: PersonState, kind: str, said: Practitioner) -> Iterator[Values]:
    for value in dict.fromkeys(each.value for each in said.telecoms) or [""]:
        yield {"kind": kind, "value": value, "name": said.name, **_since(state, kind, said)}


def _row(person: Person, sensitivity: str, said: Values) -> PersonContact:
    return PersonContact(person_id=person.id, sensitivity=sensitivity, **said)


async def _held(session: AsyncSession, person_id: UUID) -> list[PersonContact]:
    batch = state_of(session)
    if batch is not None:
        return list(batch.contacts[person_id])
    return list(await session.scalars(select(PersonContact).where(PersonContact.person_id == person_id)))


async def _replace(
    session: AsyncSession, held: Sequence[PersonContact], wanted: Sequence[PersonContact]
) -> bool:
    """Rows that say the same stay as they are, so that a feed that repeats itself writes nothing. Whether
    anything changed.
    """
    if sorted(map(_saying, held)) == sorted(map(_saying, wanted)):
        return False
    for row in held:
        await drop(session, row)
    keep(session, *wanted)
    return True


def _saying(row: PersonContact) -> tuple[str, ...]:
    texts = (row.kind, row.value, row.name, row.relationship_code, row.contact_role)
    return (*(each or "" for each in texts), row.said_on.isoformat() if row.said_on else "")
