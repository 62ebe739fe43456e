"""Commands that cannot be recorded: each ends as *failed*, where its asker and an operator see it.

What came from a door ends in its own row. A fact or a report that came by signal is kept in the outbox as a
dead item, to be told again once what was wrong is mended.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal
from uuid import UUID, uuid5

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from discharge.cases.commands import Answer, Envelope
from discharge.store.record import CASE_SIGNAL, answered_before, keep_answer, one_at_a_time
from discharge.store.tables import CommandRow, OutboxRow

STRIKE = "strike-clock"
FailedDecision = Literal["try-again", "give-up"]
MOST = 200


async def fail(session: AsyncSession, envelope: Envelope, code: str) -> Answer:
    """End a command as failed and return that; the stored answer where it was recorded after all."""
    await one_at_a_time(session, envelope.case_id)
    before = await answered_before(session, envelope)
    if before is not None:
        return before
    answer = Answer(
        command_id=envelope.command_id,
        case_id=envelope.case_id,
        outcome="failed",
        version=envelope.seen_version or 0,
        code=code,
    )
    if await session.scalar(select(CommandRow.id).where(CommandRow.id == envelope.command_id)):
        await keep_answer(session, envelope, answer)
    else:
        await _keep_to_tell_again(session, envelope, code)
    return answer


async def _keep_to_tell_again(session: AsyncSession, envelope: Envelope, code: str) -> None:
    """One row for each fact; of a clock that cannot strike one for the case, however often it tries."""
    clock = envelope.command.kind == STRIKE
    key = uuid5(envelope.case_id, STRIKE) if clock else envelope.command_id
    dead = {"state": "dead", "error_code": code, "last_attempt_at": func.now(), "relayed_at": func.now()}
    row = insert(OutboxRow).values(
        key=key,
        channel=CASE_SIGNAL,
        kind=envelope.command.kind,
        case_id=envelope.case_id,
        organisation_id=envelope.actor.organisation_id,
        payload=envelope.model_dump(mode="json"),
        cause_command_id=envelope.command_id,
        **dead,
    )
    await session.execute(row.on_conflict_do_update(index_elements=["key"], set_=dead))


async def note_try(session: AsyncSession, command_id: UUID) -> int:
    """Count a try of a late command that came to nothing, and return how many there were (worker role)."""
    counted = (
        update(CommandRow)
        .where(CommandRow.id == command_id)
        .values(tries=CommandRow.tries + 1)
        .returning(CommandRow.tries)
    )
    return await session.scalar(counted) or 0


async def failed_commands(session: AsyncSession) -> Sequence[CommandRow]:
    """The commands of the asking organisation that failed and that nobody gave up, the oldest first; `MOST`
    at most.
    """
    query = select(CommandRow).where(CommandRow.state == "failed", CommandRow.given_up_at.is_(None))
    return (await session.scalars(query.order_by(CommandRow.created_at, CommandRow.id).limit(MOST))).all()


async def count_failed_commands(session: AsyncSession) -> int:
    """How many there are, however many a list shows."""
    failed = (CommandRow.state == "failed", CommandRow.given_up_at.is_(None))
    return await session.scalar(select(func.count()).select_from(CommandRow).where(*failed)) or 0


async def decide_failed(
    session: AsyncSession, command_id: UUID, decision: FailedDecision, reason: str
) -> CommandRow:
    """Have a failed command tried again, under the id that it had and as somebody late, or give it up.

    The transaction's user must be an operator: PostgreSQL asks, too. Raises not-found, role-not-allowed, and
    already-done where it does not stand failed any more.
    """
    await session.execute(select(func.homeward_decide_failed_command(command_id, decision, reason)))
    return await session.get_one(CommandRow, command_id, populate_existing=True)
