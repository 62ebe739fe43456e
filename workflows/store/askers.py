"""What waits for a command's end elsewhere in the record, and hears of it in the same transaction."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from discharge.cases.commands import Answer
from discharge.store.tables import CommandRow
from fhir_adapters.hl7v2.store.referrals import park_refused
from fhir_adapters.hl7v2.store.referred_contacts import hear_contacts
from fhir_adapters.store.referral_requests import wait_again


async def hear(session: AsyncSession, answer: Answer) -> None:
    """After a refusal or a failure the message that the command came by waits for a person, and the request
    that was taken on by it waits again; whom to call becomes known by an accepted referral (worker role).
    Saying so twice changes nothing.
    """
    command = await session.get(CommandRow, answer.command_id)
    if command is not None:
        await hear_contacts(session, command, answer)
        await park_refused(session, command, answer)
    await wait_again(session, answer)
