"""What a person decides about an item that a partner refused (again, replaced, or not at all), about a
partner that rests, and about a command that failed.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from api.looks.notes import who
from api.web.principals import Principal
from discharge.errors import HomewardError
from discharge.store import audit, failed_commands, outbox, partner_pauses
from discharge.store.tables import CommandRow, OutboxRow


async def decide(
    session: AsyncSession,
    caller: Principal,
    sequence: int,
    decision: str,
    reason: str,
    payload: dict[str, Any] | None = None,
) -> OutboxRow:
    """Free the lane behind a dead letter; the relay wakes it. Raises not-found when it is not dead, or not
    ours.
    """
    caller.require("deadletters.release")
    if decision == "replace":
        if not payload:
            raise HomewardError("invalid-body", where="payload")
        row = await outbox.replace(session, sequence, payload, by=caller.user_id, reason=reason)
    elif decision == "skip":
        row = await outbox.skip(session, sequence, by=caller.user_id, reason=reason)
    else:
        row = await outbox.release(session, sequence, by=caller.user_id, reason=reason)
    await audit.note_write(
        session, who(caller), f"dead-letter {decision}", f"outbox {sequence}", case_id=row.case_id
    )
    return row


async def decide_partner(
    session: AsyncSession, caller: Principal, partner_id: UUID, decision: str, reason: str
) -> None:
    """Try a partner again, switch it off, or on. Raises not-found where there is nothing to change."""
    caller.require("partners.switch")
    await partner_pauses.decide(session, partner_id, decision, reason)
    await audit.note_write(session, who(caller), f"partner {decision}", f"partner {partner_id}")


async def decide_failed_command(
    session: AsyncSession,
    caller: Principal,
    command_id: UUID,
    decision: failed_commands.FailedDecision,
    reason: str,
) -> CommandRow:
    """Have a failed command tried again, or give it up. Raises not-found where it is not ours, already-done
    where it does not stand failed any more.
    """
    caller.require("failed-commands.decide")
    row = await failed_commands.decide_failed(session, command_id, decision, reason)
    await audit.note_write(
        session, who(caller), f"failed-command {decision}", f"command {command_id}", case_id=row.case_id
    )
    return row
