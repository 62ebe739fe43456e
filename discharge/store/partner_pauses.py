"""What a person decides about a partner: try it again now, switch it off, or on again (api role)."""

from __future__ import annotations

from typing import Literal
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from discharge.errors import HomewardError

PartnerDecision = Literal["try", "off", "on"]


async def decide(session: AsyncSession, partner_id: UUID, decision: str, reason: str) -> None:
    """Carry out ``try``, ``off`` or ``on``. What waits goes on with the first item that the partner takes.

    Raises ``not-found`` for one that does not rest (try), or is off or on already.
    """
    called = (
        func.homeward_try_partner(partner_id)
        if decision == "try"
        else func.homeward_switch_partner(partner_id, decision == "on", reason)
    )
    if not await session.scalar(select(called)):
        raise HomewardError("not-found", where="partner")
