"""Writing whom to call as feeds and referrals say it now: the person's own numbers, next of kin, practice and
doctors.

A referral stands beside what feeds say and replaces none of it; where it repeats them, they stand alone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from discharge.clocks import london_date
from discharge.codes.people import contact_role
from discharge.store.tables import Person, PersonContact
from discharge.store.tables.persons import CONSULTANT, GP, NEXT_OF_KIN, PRACTICE
from discharge.telephones import name_key, whole_number
from fhir_adapters.hl7v2.facts import Contact, Practitioner
from fhir_adapters.hl7v2.store.batch_state import drop, keep, state_of
from fhir_adapters.people.person_fold import PersonState, Reach

OF_OTHERS = frozenset({NEXT_OF_KIN, PRACTICE, GP, CONSULTANT})
"""Kinds that are not the person's own number."""


async def write_contacts(
    session: AsyncSession,
    person: Person,
    state: PersonState,
    referred: Mapping[UUID, PersonState],
    sensitivity: str,
) -> bool:
    """Replace what feeds, and what referrals by organisation, said anew; whether anything changed."""
    held = await _held(session, person.id)
    by_feeds = [row for row in held if row.organisation_id is None]
    said = list(_said(state, frozenset(row.kind for row in by_feeds) - OF_OTHERS))
    spoken = frozenset(kind for kinds, _ in said for kind in kinds)
    stays = [row for row in by_feeds if row.kind not in spoken]
    changed, known = [], stays
    for kinds, values in said:
        wanted = [_row(person, sensitivity, each) for each in values]
        changed.append(await _replace(session, [row for row in by_feeds if row.kind in kinds], wanted))
        known = [*known, *wanted]
    theirs = _beside(known, _by_referrals(person, sensitivity, referred))
    changed.append(await _replace(session, [row for row in held if row.organisation_id is not None], theirs))
    return any(changed)


def _by_referrals(
    person: Person, sensitivity: str, referred: Mapping[UUID, PersonState]
) -> Iterator[PersonContact]:
    """What each organisation's referrals say."""
    for organisation_id, state in referred.items():
        for _, values in _said(state, frozenset()):
            for each in values:
                yield _row(person, sensitivity, {**each, "organisation_id": organisation_id})


def _beside(known: Iterable[PersonContact], rows: Iterable[PersonContact]) -> list[PersonContact]:
    """Those that say more than what is known already, each once."""
    kept: list[PersonContact] = []
    said: dict[tuple[str, str], list[tuple[str, str]]] = defaultdict(list)
    for row in known:
        said[_place(row)].append(_says(row))
    for row in rows:
        at, says = _place(row), _says(row)
        if not any(_repeats(says, each) for each in said[at]):
            said[at].append(says)
            kept.append(row)
    return kept


def _repeats(says: tuple[str, str], other: tuple[str, str]) -> bool:
    """Whether a row of the same place has no part and no number that the other has not."""
    (role, number), (known_role, known_number) = says, other
    known = number in ("", known_number) or known_number.startswith(f"{number} ")
    return known and role in (known_role, NEXT_OF_KIN)


def _says(row: PersonContact) -> tuple[str, str]:
    """As whom somebody is called, and the number, as it is compared."""
    return contact_role(row.relationship_code or "", row.contact_role or ""), whole_number(row.value)


def _place(row: PersonContact) -> tuple[str, str]:
    """Whose number it is."""
    if row.kind not in OF_OTHERS:
        return "", ""
    return row.kind, "" if row.kind == PRACTICE else name_key(row.name or "")


Values = dict[str, str | date | UUID | None]


def _said(state: PersonState, own: frozenset[str]) -> Iterator[tuple[frozenset[str], list[Values]]]:
    """What feeds speak of at all: the kinds, and what they say of them now."""
    if state.telecoms is not None:
        telecoms: list[Values] = [
            {"kind": each.kind, "value": each.value, **_since(state, "telecoms", each)}
            for each in state.telecoms
        ]
        yield own | {"phone", "mobile", "email"}, telecoms
    if state.contacts is not None:
        yield frozenset({NEXT_OF_KIN}), [row for each in state.contacts for row in _kin(state, each)]
    if state.practice is not None:
        named: Values = {"value": state.practice, "name": state.practice_name or None}
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
    more = (row.said_on, row.organisation_id)
    return (*(each or "" for each in texts), *(str(each) if each else "" for each in more))
