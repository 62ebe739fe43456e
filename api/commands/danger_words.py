"""What is answered to whoever says something of abuse or danger with a command: who reads it."""

from __future__ import annotations

from uuid import UUID

from api.commands.asked import AskedCommand
from api.safety.line import read_by
from api.web.principals import Principal
from api.web.services import Services


async def who_reads_it(services: Services, caller: Principal, asked: AskedCommand) -> str | None:
    """Who reads what a command says of danger, in words; none where it says nothing of it."""
    return await who_reads_words(services, caller, asked.case_id) if asked.speaks_of_danger else None


async def who_reads_words(services: Services, caller: Principal, case_id: UUID) -> str:
    """Who reads what the caller says of danger on a case, or in a referral request of its own, in words."""
    async with services.begin(caller) as session:
        return await read_by(session, caller, case_id)
