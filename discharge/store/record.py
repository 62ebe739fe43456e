"""The record: every change of a case goes through here, in one transaction with all that follows from it.

:func:`record` answers with values, and raises only what should be retried. It runs inside a transaction of
its caller; nothing has happened before that one commits.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, func, select, text, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from discharge.cases.commands import ANSWER, Answer, Envelope
from discharge.cases.events import EVENT, Event
from discharge.cases.evolve import fold
from discharge.cases.model import SNAPSHOT, Case
from discharge.cases.record_request import RecordRequest
from discharge.errors import HomewardError, Refused
from discharge.store.base import core_table
from discharge.store.changes import case_at, changed_since
from discharge.store.engine import constraint_of, sqlstate
from discharge.store.partner_answers import note_answers
from discharge.store.projections import Change, project, refusal_of
from discharge.store.record_rows import EVENTS, answer_rows, case_rows, event_rows, outbox_rows
from discharge.store.row_writes import Values, write_rows
from discharge.store.tables import CaseCommandRow, CaseEventRow, CaseRow, CommandRow, OutboxRow
from discharge.store.tables.outbox import TO_BE_RELAYED
from discharge.stored import NEWER

CASE_SIGNAL = "case-signal"
STRIKE = "strike-clock"

TURN_AT_MOST, LOCK_AT_MOST = "1000ms", "500ms"
"""How long is waited for one's turn, which several may wait for, and then for any other lock: who holds one
for longer is no command, and what is asked next is not to wait for it too. Three tries with the pauses
between them (`workflows/ports/calls.py`) are less than the five seconds after which a door stops waiting.
"""

_IN_TURN = text(
    "SELECT set_config('lock_timeout', :turn, true),"
    " pg_advisory_xact_lock(hashtextextended('homeward.case:' || :case_id, 0)),"
    " set_config('lock_timeout', :lock, true),"
    " set_config('homeward.organisation_id', :organisation, true)"
)


class SnapshotIsNotTheFold(Exception):
    """What was decided is not what its events give when they are read back; nothing of it is recorded."""


@dataclass(frozen=True)
class Recorded:
    """Done, once the transaction commits: the answer, the case after it, and the events that led there.

    A clock that strikes and changes nothing is done too, and leaves no trace. ``queued`` says that something
    waits for the relay from now on.
    """

    answer: Answer
    case: Case
    events: tuple[Event, ...] = ()
    queued: bool = False


@dataclass(frozen=True)
class AlreadyRecorded:
    """The case answered this very command before: what it said, the case now, and the events of then."""

    answer: Answer
    case: Case
    events: tuple[Event, ...] = ()


@dataclass(frozen=True)
class RefusedByRecord:
    """A rule across cases said no, or what the asker saw has changed. The refusal is stored as the command's
    answer; nothing else was.
    """

    code: str
    answer: Answer
    case: Case


Outcome = Recorded | AlreadyRecorded | RefusedByRecord
Decide = Callable[[Case], RecordRequest]
LookAt = Callable[[Case], datetime | None]
"""The machine instant at which time alone may next change a case."""


async def load_case(session: AsyncSession, case_id: UUID) -> Case:
    """The coded snapshot of a case; one that does not exist yet has version 0. Raises
    recorded-by-newer-version for a case that a newer build wrote: this one must not decide on it, nor write
    over it.
    """
    snapshot = await session.scalar(select(CaseRow.snapshot).where(CaseRow.id == case_id))
    return await case_of(session, case_id, snapshot)


async def case_of(session: AsyncSession, case_id: UUID, snapshot: dict[str, Any] | None) -> Case:
    """The case that a snapshot holds. One that an earlier build wrote does not have what is new since, so its
    events say it. Raises recorded-by-newer-version.
    """
    if not snapshot:
        return Case(case_id=case_id)
    if snapshot.get(EVENTS, 1) > EVENT.schema:
        raise HomewardError(NEWER)
    if SNAPSHOT.is_former(snapshot):
        return await case_at(session, case_id, snapshot["version"])
    return SNAPSHOT.whole(snapshot)


async def record(
    session: AsyncSession, envelope: Envelope, decide: Decide, look_at: LookAt | None = None
) -> Outcome:
    """Take the case's lock, have the command decided on the case as it is, and record what comes of it, once;
    for a case that is written ``look_at`` says when to look at it again.

    Raises SnapshotIsNotTheFold, recorded-by-newer-version, and whatever ``decide`` raises.
    """
    await one_at_a_time(session, envelope.case_id, envelope.actor.organisation_id)
    # After the lock, in a statement of its own: one sees the record as it was when it began.
    snapshot, answer = await _held(session, envelope.case_id, envelope.command_id)
    case = await case_of(session, envelope.case_id, snapshot)
    if answer:
        return AlreadyRecorded(ANSWER.read(answer), case, await _events_of(session, envelope))
    request = decide(case)
    if not request.events and envelope.command.kind == STRIKE:
        return Recorded(request.answer, case)
    return await _settle(session, request, case, look_at)


async def _settle(
    session: AsyncSession, request: RecordRequest, case: Case, look_at: LookAt | None
) -> Outcome:
    envelope = request.envelope
    changed = await changed_since(session, case.case_id, envelope.seen_version, request.judged)
    if changed:
        return await _refuse(session, request, case, "case-changed", ", ".join(changed))
    if not request.events:
        await keep_answer(session, request.answer)
        return Recorded(request.answer, request.case)
    try:
        async with session.begin_nested():
            queued = await _write(session, request, case, look_at)
    except Refused as refusal:
        return await _refuse(session, request, case, refusal.code, refusal.detail)
    except IntegrityError as error:
        code = refusal_of(sqlstate(error), constraint_of(error))
        if code is None:
            raise
        return await _refuse(session, request, case, code)
    return Recorded(request.answer, request.case, request.events, queued)


async def note_next_look(session: AsyncSession, case_id: UUID, at: datetime | None) -> None:
    """Keep the machine instant at which time alone may next change the case."""
    moved = CaseRow.id == case_id, CaseRow.next_look_at.is_distinct_from(at)
    await session.execute(update(CaseRow).where(*moved).values(next_look_at=at))


async def one_at_a_time(session: AsyncSession, case_id: UUID, organisation_id: UUID | None = None) -> None:
    """A lock on the id, because a case that is being opened has no row to lock yet. Who waits too long for
    it, or for another lock afterwards, is told database-busy. From then on the transaction acts for the
    organisation.
    """
    times = {"turn": TURN_AT_MOST, "lock": LOCK_AT_MOST}
    given = {"case_id": str(case_id), "organisation": str(organisation_id or ""), **times}
    await session.execute(_IN_TURN, given)


async def answered_before(session: AsyncSession, case_id: UUID, command_id: UUID) -> Answer | None:
    """What the case answered to this very command before, since it was last tried again by hand."""
    _, stored = await _held(session, case_id, command_id)
    return ANSWER.read(stored) if stored else None


_CASES, _COMMANDS, _ANSWERS = (core_table(each) for each in (CaseRow, CommandRow, CaseCommandRow))
_TRIES = select(_COMMANDS.c.tries_by_hand).where(_COMMANDS.c.id == bindparam("command_id"))
"""How often an operator had a command tried again that came through a door."""
_HELD = select(
    select(_CASES.c.snapshot).where(_CASES.c.id == bindparam("case_id")).scalar_subquery(),
    select(_ANSWERS.c.answer)
    .where(
        _ANSWERS.c.case_id == bindparam("case_id"),
        _ANSWERS.c.command_id == bindparam("command_id"),
        _ANSWERS.c.tries_by_hand == func.coalesce(_TRIES.scalar_subquery(), 0),
    )
    .scalar_subquery(),
)


async def _held(session: AsyncSession, case_id: UUID, command_id: UUID) -> tuple[Any, Any]:
    """The snapshot of a case, and its stored answer to a command; none of what is not there."""
    snapshot, answer = (await session.execute(_HELD, {"case_id": case_id, "command_id": command_id})).one()
    return snapshot, answer


async def _events_of(session: AsyncSession, envelope: Envelope) -> tuple[Event, ...]:
    """What this command brought about when it was recorded."""
    stored = await session.scalars(
        select(CaseEventRow.payload)
        .where(CaseEventRow.case_id == envelope.case_id, CaseEventRow.command_id == envelope.command_id)
        .order_by(CaseEventRow.sequence)
    )
    return tuple(EVENT.read(payload) for payload in stored)


async def _refuse(
    session: AsyncSession, request: RecordRequest, case: Case, code: str, detail: str = ""
) -> RefusedByRecord:
    envelope = request.envelope
    answer = Answer(
        command_id=envelope.command_id,
        case_id=envelope.case_id,
        outcome="refused",
        version=case.version,
        code=code,
        detail=detail or None,
    )
    await keep_answer(session, answer)
    return RefusedByRecord(code, answer, case)


async def keep_answer(session: AsyncSession, answer: Answer) -> None:
    """Keep what the case answered, and tell whoever waits at the door."""
    await write_rows(session, [answer_rows(answer)])


async def _write(session: AsyncSession, request: RecordRequest, before: Case, look_at: LookAt | None) -> bool:
    """Write what was decided; whether anything waits for the relay from now on."""
    events = event_rows(request, before)
    _require_fold(before, request.case, events.values)
    change = Change(before if before.exists else None, request.case, request.events)
    await note_answers(session, change)
    freed = await _hold_or_free(session, before, request.case)
    beside = (
        case_rows(request.case, look_at),
        events,
        outbox_rows(request),
        answer_rows(request.answer),
    )
    return await project(session, change, beside) > 0 or freed


def _require_fold(before: Case, after: Case, rows: Sequence[Values]) -> None:
    """A snapshot is what the events say that stand beside it, read as any later reader reads them."""
    if fold(before, (EVENT.read(row["payload"]) for row in rows)) != after:
        raise SnapshotIsNotTheFold


async def _hold_or_free(session: AsyncSession, before: Case, after: Case) -> bool:
    """Without a lawful basis nothing more leaves for partners; with one, what was held goes on its way, and
    this says so. Nothing waits yet for a case that is new.
    """
    if not before.exists or before.may_tell_partners == after.may_tell_partners:
        return False
    freed = after.may_tell_partners
    old, new = ("held", "pending") if freed else ("pending", "held")
    await session.execute(
        update(OutboxRow)
        .where(OutboxRow.case_id == after.case_id, OutboxRow.needs_basis, OutboxRow.state == old)
        .values(state=new, **TO_BE_RELAYED, basis_ended_at=None if freed else func.now())
    )
    return freed
