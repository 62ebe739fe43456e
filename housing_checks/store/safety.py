"""Reading and writing the restricted annex, in the transaction of one who looks or records.

What the transaction may see is PostgreSQL's answer: for somebody who is not named there is no annex, whether
or not there is one. Nothing here is returned to, or raised for, whoever records something that depends on it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, CursorResult, cast, delete, func, or_, select, text, update
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.ext.asyncio import AsyncSession

from discharge.errors import HomewardError, Refused
from discharge.reference.policy import Policy
from discharge.store.audit import Who
from discharge.store.base import core_table
from housing_checks.safety.clocks import running
from housing_checks.safety.commands import SafetyRequest
from housing_checks.safety.events import (
    SAFETY_EVENT,
    ConfirmationWithdrawn,
    SafetyConfirmed,
    SafetyEvent,
    evolve,
)
from housing_checks.safety.model import NO_ANNEX, Annex, Stamp
from housing_checks.safety.rules import check
from housing_checks.store.safety_tables import (
    ALL,
    SafetyClockRow,
    SafetyConfirmationRow,
    SafetyEventRow,
    SafetyLookRow,
    SafetyNamedRow,
    SafetyNoteRow,
)

SAFETY_ITEM = "safety-confirmed"
"""The item of the check that says what the line of the case says."""

_LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended('homeward.safety:' || :case_id, 0))")
_MINE = select(func.homeward_my_annexes().column_valued("case_id"))


@dataclass(frozen=True)
class Recording:
    """One thing to record: by whom, about which case, under which id, and when (case time)."""

    event_id: UUID
    case_id: UUID
    who: Who
    asked: SafetyRequest
    stamp: Stamp
    body_hash: str


@dataclass(frozen=True)
class Entry:
    """One event of an annex with the words beside it."""

    row: SafetyEventRow
    event: SafetyEvent
    notes: Mapping[str, str]


@dataclass(frozen=True)
class AnnexFile:
    """An annex as somebody named on it reads it."""

    annex: Annex
    entries: Sequence[Entry]
    named: Sequence[SafetyNamedRow]
    clocks: Sequence[SafetyClockRow]


async def is_named(session: AsyncSession, case_id: UUID) -> bool:
    """Whether the user of the transaction reads the annex of a case."""
    return await session.scalar(_MINE.where(text("case_id = :wanted")), {"wanted": case_id}) is not None


async def read_annex(session: AsyncSession, case_id: UUID) -> AnnexFile | None:
    """The annex of a case for somebody named on it; none for everybody else."""
    if not await is_named(session, case_id):
        return None
    entries = await read_entries(session, case_id)
    named = select(SafetyNamedRow).where(SafetyNamedRow.case_id == case_id)
    clocks = select(SafetyClockRow).where(SafetyClockRow.case_id == case_id, SafetyClockRow.met_at.is_(None))
    return AnnexFile(
        annex=fold(entries),
        entries=entries,
        named=(await session.scalars(named.order_by(SafetyNamedRow.named_at, SafetyNamedRow.id))).all(),
        clocks=(await session.scalars(clocks.order_by(SafetyClockRow.due_at))).all(),
    )


async def read_entries(session: AsyncSession, case_id: UUID) -> Sequence[Entry]:
    """What the user of the transaction reads of an annex, the oldest first: all of it where they are named,
    what they recorded themselves where they are not.
    """
    rows = select(SafetyEventRow).where(SafetyEventRow.case_id == case_id).order_by(SafetyEventRow.position)
    found = (await session.scalars(rows)).all()
    notes: dict[UUID, dict[str, str]] = {}
    for note in await session.scalars(select(SafetyNoteRow).where(SafetyNoteRow.case_id == case_id)):
        notes.setdefault(note.event_id, {})[note.item] = note.text
    return [Entry(row, SAFETY_EVENT.read(row.payload), notes.get(row.id, {})) for row in found]


def fold(entries: Sequence[Entry]) -> Annex:
    """The annex that entries make."""
    annex = NO_ANNEX
    for each in entries:
        stamp = Stamp(at=each.row.case_time, in_hospital=each.row.in_hospital)
        annex = evolve(annex, each.event, stamp)
    return annex


async def record_entry(session: AsyncSession, asked: Recording, policy: Policy) -> None:
    """Record something, once. Answers are taken from whoever was there; all else from people named on the
    annex, to whom the case has none otherwise.

    Raises not-found for what is for named people, duplicate-key-other-body, and what `rules.check` raises.
    """
    await session.execute(_LOCK, {"case_id": str(asked.case_id)})
    if await _done_before(session, asked):
        return
    named = await is_named(session, asked.case_id)
    if asked.asked.for_named_people and not named:
        raise HomewardError("not-found")
    annex = fold(await read_entries(session, asked.case_id)) if named else NO_ANNEX
    check(annex, asked.asked, policy.day)
    await _insert(session, asked)
    if not asked.asked.for_named_people:
        alone = evolve(NO_ANNEX, asked.asked.event, asked.stamp)
        due = {code: at.isoformat() for code, at in running(alone, policy).items()}
        await session.execute(select(func.homeward_safety_answered(asked.event_id, cast(due, JSONB))))
    await _insert_notes(session, asked)
    if await is_named(session, asked.case_id):
        await _follow(session, asked, policy)


async def _done_before(session: AsyncSession, asked: Recording) -> bool:
    found = await session.get(SafetyEventRow, asked.event_id)
    if found is None:
        return False
    if (found.body_hash, found.case_id) != (asked.body_hash, asked.case_id):
        raise HomewardError("duplicate-key-other-body", where="Idempotency-Key")
    return True


async def _insert(session: AsyncSession, asked: Recording) -> None:
    event = asked.asked.event
    await session.execute(
        insert(core_table(SafetyEventRow)).values(
            id=asked.event_id,
            case_id=asked.case_id,
            kind=event.kind,
            payload=SAFETY_EVENT.write(event),
            in_hospital=asked.stamp.in_hospital,
            case_time=asked.stamp.at,
            organisation_id=asked.who.organisation_id,
            user_id=asked.who.user_id,
            role=asked.who.role,
            body_hash=asked.body_hash,
        )
    )


async def _insert_notes(session: AsyncSession, asked: Recording) -> None:
    for item, words in asked.asked.notes.items():
        if words.strip():
            row = {"id": uuid4(), "case_id": asked.case_id, "event_id": asked.event_id}
            note = insert(core_table(SafetyNoteRow))
            await session.execute(note.values(**row, item=item, text=words.strip()))


async def _follow(session: AsyncSession, asked: Recording, policy: Policy) -> None:
    """What follows from the annex as it is now: its clocks, and whether the case is confirmed."""
    annex = fold(await read_entries(session, asked.case_id))
    await _wind(session, asked.case_id, dict(running(annex, policy)), asked.stamp.at)
    event = asked.asked.event
    if isinstance(event, SafetyConfirmed):
        row = insert(SafetyConfirmationRow).values(case_id=asked.case_id, until_on=event.until_on)
        kept = row.on_conflict_do_update(index_elements=["case_id"], set_={"until_on": event.until_on})
        await session.execute(kept)
    elif isinstance(event, ConfirmationWithdrawn):
        gone = delete(SafetyConfirmationRow).where(SafetyConfirmationRow.case_id == asked.case_id)
        await session.execute(gone)


async def _wind(session: AsyncSession, case_id: UUID, due: dict[Any, datetime], now: datetime) -> None:
    """Have these clocks of an annex run, and no other. One that runs on is as late as it was."""
    over = update(SafetyClockRow).where(
        SafetyClockRow.case_id == case_id,
        SafetyClockRow.met_at.is_(None),
        SafetyClockRow.clock.not_in(list(due)),
    )
    await session.execute(over.values(met_at=now))
    for clock, at in due.items():
        row = insert(SafetyClockRow).values(id=uuid4(), case_id=case_id, clock=clock, due_at=at)
        again = {"due_at": row.excluded.due_at, "met_at": None, "late_at": None}
        changed = or_(SafetyClockRow.met_at.is_not(None), SafetyClockRow.due_at != row.excluded.due_at)
        await session.execute(
            row.on_conflict_do_update(index_elements=["case_id", "clock"], set_=again, where=changed)
        )


async def note_look(session: AsyncSession, who: Who, case_id: UUID, what: str) -> None:
    """One look at an annex, or at the questions of one; for those whom the annex names alone to see."""
    values = {"organisation_id": who.organisation_id, "user_id": who.user_id, "role": who.role}
    look = insert(core_table(SafetyLookRow))
    await session.execute(look.values(id=uuid4(), case_id=case_id, what=what, **values))


async def name_person(
    session: AsyncSession, who: Who, case_id: UUID, user: tuple[UUID, UUID], reason: str
) -> None:
    """Put somebody (user, organisation) on the list of an annex, to read all of it; once.

    Raises not-found for somebody who is not named themselves.
    """
    if not await is_named(session, case_id):
        raise HomewardError("not-found")
    held = await _in_force(session, case_id, user[0])
    if held is not None and held.scope == ALL:
        return
    if held is not None:
        await _end(session, who, held, "reads the annex now")
    session.add(
        SafetyNamedRow(
            id=uuid4(),
            case_id=case_id,
            user_id=user[0],
            organisation_id=user[1],
            scope=ALL,
            reason=reason,
            named_by=who.user_id,
        )
    )
    await session.flush()


async def remove_person(session: AsyncSession, who: Who, case_id: UUID, user_id: UUID, reason: str) -> None:
    """Take somebody off the list of an annex; who is off it stays so.

    Raises not-found for somebody who is not named themselves, last-named-person.
    """
    if not await is_named(session, case_id):
        raise HomewardError("not-found")
    await session.execute(_LOCK, {"case_id": str(case_id)})
    held = await _in_force(session, case_id, user_id)
    if held is None:
        return
    others = select(func.count()).where(
        SafetyNamedRow.case_id == case_id,
        SafetyNamedRow.scope == ALL,
        SafetyNamedRow.ended_at.is_(None),
        SafetyNamedRow.user_id != user_id,
    )
    if held.scope == ALL and not await session.scalar(others):
        raise Refused("last-named-person")
    await _end(session, who, held, reason)


async def _in_force(session: AsyncSession, case_id: UUID, user_id: UUID) -> SafetyNamedRow | None:
    row = select(SafetyNamedRow).where(SafetyNamedRow.case_id == case_id, SafetyNamedRow.user_id == user_id)
    return await session.scalar(row.where(SafetyNamedRow.ended_at.is_(None)))


async def _end(session: AsyncSession, who: Who, row: SafetyNamedRow, reason: str) -> None:
    row.ended_by, row.ended_at, row.ended_reason = who.user_id, func.now(), reason
    await session.flush()


async def looks(session: AsyncSession, case_id: UUID, most: int) -> Sequence[SafetyLookRow]:
    """Who looked at an annex, the last first; nothing for somebody who is not named."""
    rows = select(SafetyLookRow).where(SafetyLookRow.case_id == case_id)
    ordered = rows.order_by(SafetyLookRow.at.desc(), SafetyLookRow.id).limit(most)
    return (await session.scalars(ordered)).all()


async def confirmed_among(session: AsyncSession, case_ids: Collection[UUID]) -> frozenset[UUID]:
    """Of these cases, those of which a named person says that safety is confirmed, today."""
    rows = select(SafetyConfirmationRow.case_id).where(
        SafetyConfirmationRow.case_id.in_(case_ids), still_confirmed()
    )
    return frozenset((await session.scalars(rows)).all())


async def require_confirmed(session: AsyncSession, case_id: UUID, answers: Mapping[str, str]) -> None:
    """Refuse that the check of a case says *confirmed* while no named person does.

    Raises safety-not-confirmed.
    """
    if answers.get(SAFETY_ITEM) == "confirmed" and case_id not in await confirmed_among(session, [case_id]):
        raise Refused("safety-not-confirmed", where=SAFETY_ITEM)


def still_confirmed() -> ColumnElement[bool]:
    """Whether a confirmation is in force today."""
    until = SafetyConfirmationRow.until_on
    return or_(until.is_(None), until > func.homeward_today())


async def running_clocks(session: AsyncSession, offset: int, size: int) -> Sequence[SafetyClockRow]:
    """The clocks that run on the annexes that the user of the transaction reads, the first due first."""
    rows = select(SafetyClockRow).where(SafetyClockRow.met_at.is_(None))
    ordered = rows.order_by(SafetyClockRow.due_at, SafetyClockRow.id).offset(offset).limit(size)
    return (await session.scalars(ordered)).all()


async def sweep_annexes(session: AsyncSession, now: datetime) -> int:
    """Mark clocks that are over (worker role): how many; and have annexes that nobody reads, because the
    people named on them have left, name their organisation's advisers. It reads no case and no annex.
    """
    await session.execute(select(func.homeward_safety_unread()))
    late = update(core_table(SafetyClockRow)).where(
        SafetyClockRow.due_at <= now, SafetyClockRow.met_at.is_(None), SafetyClockRow.late_at.is_(None)
    )
    done = await session.execute(late.values(late_at=now))
    return done.rowcount if isinstance(done, CursorResult) else 0
