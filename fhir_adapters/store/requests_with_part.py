"""Referral requests whose sender has a part by now: a referral and an admission that crossed.

A request goes on by itself once its sender's own stay for exactly that person is known; whatever differs in
name or birth date waits for a person.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from discharge.cases.commands import Envelope
from discharge.cases.model import Actor
from discharge.clocks import london_date
from discharge.store import commands
from discharge.store.tables import Person, ReferralRequestRow
from fhir_adapters.people.comparison import same_text
from fhir_adapters.referrals import REFERRAL_VALUES, ReferralValues
from fhir_adapters.store.referral_commands import find_open_case, find_stay, refer_command

_ROUTE = text("SELECT homeward_route_request(id) FROM referral_requests WHERE state = 'waiting'")
_WITH_PART = text(
    "SELECT request.id, meant FROM referral_requests AS request,"
    " LATERAL homeward_meant_by_request(request.id) AS meant"
    " WHERE request.state = 'waiting' AND homeward_has_stay(request.sender_id, meant)"
)


async def settle_requests(session: AsyncSession, now: datetime) -> int:
    """Route what waits to whoever may answer it by now, and go on with what has a stay. How many went on.

    `now` is case time (worker role).
    """
    await session.execute(_ROUTE)
    meant: dict[UUID, list[UUID]] = {}
    for request_id, person_id in (await session.execute(_WITH_PART)).all():
        meant.setdefault(request_id, []).append(person_id)
    went_on = 0
    for request_id, people in meant.items():
        row = await session.get(ReferralRequestRow, request_id, with_for_update={"skip_locked": True})
        if row is not None and row.state == "waiting" and len(people) == 1:
            went_on += await _go_on(session, row, people[0], now)
    return went_on


async def _go_on(session: AsyncSession, row: ReferralRequestRow, person_id: UUID, now: datetime) -> bool:
    """Once: what its case refused then waits for a person."""
    values = REFERRAL_VALUES.shown(row.said)
    key = f"request:{row.id}"
    if await commands.find_by_key(session, row.client_id, key) is not None:
        return False
    if not _is_meant(await session.get_one(Person, person_id), values):
        return False
    spell = await find_stay(session, person_id, row.sender_id, values.visit_number)
    known = await find_open_case(session, person_id, spell.spell_id if spell else None)
    notes = (commands.NewNote(text=values.note),) if values.note else ()
    envelope = Envelope(
        command_id=uuid4(),
        case_id=known or uuid4(),
        actor=Actor(organisation_id=row.sender_id, role=row.role, user_id=row.user_id),
        effective_on=min(values.referred_on or london_date(row.requested_at), london_date(now)),
        command=refer_command(
            values, person_id=person_id, referrer_id=row.sender_id, service_id=row.service_id, spell=spell
        ),
        note_id=notes[0].id if notes else None,
    )
    new = commands.NewCommand(envelope, row.client_id, key, row.body_hash, notes=notes)
    await commands.take(session, new, lease=commands.AT_ONCE)
    row.state, row.answered_at, row.answered_by = "taken-on", now, row.sender_id
    row.command_id, row.case_id = envelope.command_id, envelope.case_id
    return True


def _is_meant(person: Person, values: ReferralValues) -> bool:
    said = values.person
    names = (person.family_name or "", said.family_name or "")
    return not person.test_person and person.birth_date == said.birth_date and same_text(*names)
