"""Whom to call about a case, as far as the caller may see it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any
from typing import cast as typed
from uuid import UUID

from sqlalchemy import ARRAY, Text, cast, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from api.cases.queries import CaseFile
from api.cases.summary import contacts_shown, said_of, sees_contacts
from api.web.principals import Principal
from discharge.cases.model import IN_HOSPITAL
from discharge.contact_cards import WARD, Card, Entry, Said, cards, to_be_asked
from discharge.store.tables import ContactEntry, NoteRow
from discharge.store.tables.persons import ORDINARY


async def contact_cards(session: AsyncSession, caller: Principal, found: CaseFile) -> tuple[Card, ...]:
    """Every contact of a case, for those who may see any; of a hidden person none."""
    if not sees_contacts(found, caller):
        return ()
    said, entries = said_now(found, caller), await _entries(session, found.case.case_id)
    asked = await not_safe(session, found.person.id, *to_be_asked(said, entries))
    return cards(found.case.case_id, said, entries, asked)


async def not_safe(
    session: AsyncSession, person_id: UUID, numbers: Sequence[str], kin: Sequence[str] = ()
) -> frozenset[str]:
    """Which of these numbers, and of these names of next of kin, somebody said are not safe to ring, on any
    case of the person; also in an entry that the caller may not read, of which nothing else is told.
    """
    if not numbers and not kin:
        return frozenset()
    texts = ARRAY(Text)
    asked = func.homeward_not_safe_to_ring(person_id, cast(numbers, texts), cast(kin, texts))
    return frozenset(await session.scalars(select(asked)))


def said_now(found: CaseFile, caller: Principal) -> tuple[Said, ...]:
    """What the trust's messages, and referrals, say now."""
    return (*(said_of(row) for row in contacts_shown(found, caller)), *_ward(found))


def _ward(found: CaseFile) -> Iterator[Said]:
    case, spell = found.case, found.case.current_spell
    if found.place_seen and case.stage in IN_HOSPITAL and spell is not None and spell.ward:
        yield Said(WARD, "", spell.ward)


async def _entries(session: AsyncSession, case_id: UUID) -> list[Entry]:
    held = select(ContactEntry).where(ContactEntry.case_id == case_id)
    rows = (await session.scalars(held.order_by(ContactEntry.recorded_at, ContactEntry.number))).all()
    gone = await _withdrawn(session, [row.id for row in rows])
    return [replace(_entry(row), **gone.get(row.id, {})) for row in rows]


async def _withdrawn(session: AsyncSession, ids: Sequence[UUID]) -> Mapping[UUID, dict[str, Any]]:
    """Who withdrew the words of a contact, and when, by its newest version of then."""
    if not ids:
        return {}
    columns = (NoteRow.id, NoteRow.withdrawn_at, NoteRow.withdrawn_by)
    noted = select(*columns).where(NoteRow.id.in_(ids), NoteRow.withdrawn_at.is_not(None))
    return {
        row.id: {"withdrawn_at": row.withdrawn_at, "withdrawn_by": row.withdrawn_by}
        for row in await session.execute(noted)
    }


_TEXTS = ("name", "about", "phone", "email", "hours", "language", "said_by", "reason")
_SAME = ("contact_id", "number", "role", "source", "said_on", "safe_to_ring", "interpreter", "message")
_WHO = ("organisation_id", "recorded_by", "recorded_at")


def _entry(row: ContactEntry) -> Entry:
    texts: dict[str, Any] = {name: getattr(row, name) or "" for name in _TEXTS}
    same: dict[str, Any] = {name: getattr(row, name) for name in (*_SAME, *_WHO)}
    return Entry(entry=typed(Any, row.entry), restricted=row.sensitivity != ORDINARY, **texts, **same)
