"""Commands that cannot be recorded: each ends as *failed*, where its asker and an operator see it.

What came from a door ends in its own row. A fact or a report that came by signal is kept in the outbox as a
dead item, to be told again once what was wrong is mended.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal
from uuid import UUID, uuid5

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from discharge.cases.commands import ENVELOPE, Answer
from discharge.store.commands import clock_strike
from discharge.store.record import CASE_SIGNAL, STRIKE, answered_before, keep_answer, one_at_a_time
from discharge.store.tables import CaseRow, CommandRow, OutboxRow

FailedDecision = Literal["try-again", "give-up"]


async def fail(session: AsyncSession, case_id: UUID, command_id: UUID, code: str, now: datetime) -> Answer:
    """End a command as failed and return that; the stored answer where it was recorded after all.

    What the command says is not read, because that may be what is wrong. ``now`` is case time, for a clock.
    """
    await one_at_a_time(session, case_id)
    before = await answered_before(session, case_id, command_id)
    if before is not None:
        return before
    version = await session.scalar(select(CaseRow.version).where(CaseRow.id == case_id))
    answer = Answer(command_id=command_id, case_id=case_id, outcome="failed", version=version or 0, code=code)
    if await session.scalar(select(CommandRow.id).where(CommandRow.id == command_id)):
        await keep_answer(session, answer)
    elif not await _kept_to_tell_again(session, command_id, code):
        await _keep_clock(session, answer, now)
    return answer


def _dead(code: str | None) -> dict[str, Any]:
    now = func.now()
    return {
        "state": "dead",
        "error_code": code,
        "last_attempt_at": now,
        "relayed_at": now,
        "relay_after": None,
    }


async def _kept_to_tell_again(session: AsyncSession, command_id: UUID, code: str) -> bool:
    """Set the fact or report aside, for a person; false where the command came by no signal."""
    mine = OutboxRow.key == command_id, OutboxRow.channel == CASE_SIGNAL
    dead = update(OutboxRow).where(*mine).values(_dead(code)).returning(OutboxRow.sequence)
    return await session.scalar(dead) is not None


async def _keep_clock(session: AsyncSession, answer: Answer, now: datetime) -> None:
    """Of a clock that cannot strike one row for the case, however often it tries."""
    strike = await clock_strike(session, answer.case_id, answer.command_id, now)
    row = insert(OutboxRow).values(
        key=uuid5(answer.case_id, STRIKE),
        channel=CASE_SIGNAL,
        kind=STRIKE,
        case_id=answer.case_id,
        organisation_id=strike.actor.organisation_id,
        payload=ENVELOPE.write(strike),
        cause_command_id=answer.command_id,
        **_dead(answer.code),
    )
    await session.execute(row.on_conflict_do_update(index_elements=["key"], set_=_dead(answer.code)))


async def note_try(session: AsyncSession, command_id: UUID) -> int:
    """Count a try of a late command that came to nothing, and return how many there were (worker role)."""
    counted = (
        update(CommandRow)
        .where(CommandRow.id == command_id)
        .values(tries=CommandRow.tries + 1)
        .returning(CommandRow.tries)
    )
    return await session.scalar(counted) or 0


async def failed_commands(session: AsyncSession, offset: int, size: int) -> Sequence[CommandRow]:
    """The commands of the asking organisation that failed and that nobody gave up, the oldest first."""
    query = select(CommandRow).where(CommandRow.state == "failed", CommandRow.given_up_at.is_(None))
    ordered = query.order_by(CommandRow.created_at, CommandRow.id)
    return (await session.scalars(ordered.offset(offset).limit(size))).all()


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
