"""Whom to call becomes known by an accepted referral: a fact of its sender, beside what feeds say."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from discharge.cases.commands import Answer
from discharge.store.tables import CommandRow
from fhir_adapters.hl7v2.facts import hash_of
from fhir_adapters.hl7v2.store import pairs, persons
from fhir_adapters.hl7v2.store.person_writer import refold_person
from fhir_adapters.store import referral_contacts
from fhir_adapters.store.referral_contacts import FACT, ReferralContactsRow
from fhir_adapters.store.tables import FactRow, InboxRow

REFER = "refer"


async def hear_contacts(session: AsyncSession, command: CommandRow, answer: Answer) -> None:
    """Once a referral is accepted, write what it says of whom to call; of one that is refused nothing stays,
    but a request waits with it (worker role). Hearing the answer twice changes nothing.
    """
    if command.kind != REFER or answer.outcome == "failed":
        return
    row = await referral_contacts.of_command(session, command.id)
    if row is None:
        return
    if answer.outcome == "accepted":
        await _become_known(session, row, UUID(command.envelope["command"]["person_id"]))
    if answer.outcome == "accepted" or row.command_id is not None:
        await session.delete(row)


async def _become_known(session: AsyncSession, row: ReferralContactsRow, person_id: UUID) -> None:
    await persons.lock_people(session, person_id)
    content = {"kind": FACT, **row.said}
    session.add(
        FactRow(
            inbox_id=row.inbox_id,
            ordinal=await _next_ordinal(session, row.inbox_id),
            person_id=person_id,
            kind=FACT,
            effective_at=row.stated_at,
            content_hash=hash_of(content),
            payload=content,
        )
    )
    await session.flush()
    refolded = await refold_person(session, await persons.survivor_of(session, person_id))
    if refolded.changed:
        await pairs.offer_resembling(session, row.organisation_id, row.inbox_id, refolded.person)


async def _next_ordinal(session: AsyncSession, inbox_id: UUID) -> int:
    """Where the next fact of a message stands; the message is locked, as a batch refers several people."""
    await session.execute(select(InboxRow.id).where(InboxRow.id == inbox_id).with_for_update())
    last = await session.scalar(select(func.max(FactRow.ordinal)).where(FactRow.inbox_id == inbox_id))
    return 0 if last is None else last + 1
