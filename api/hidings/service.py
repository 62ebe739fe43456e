"""Who was hidden by a FHIR label: what other organisations asked for and who answers it.

Hiding takes effect at once, whoever asks. The trust that knows the person then keeps it or lifts it; the
sender may take its own back, which does not end what the trust keeps. Both are audited. A lift ends only what
the label hid: what a hospital's own feed or the NHS flag in it says goes on hiding. The sender is told
nothing of what is held.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.base import ReadOnlyColumnCollection

from api.cases.viewer import is_hidden
from api.looks.notes import looked, who
from api.web.principals import Principal
from discharge.errors import HomewardError
from discharge.store import audit
from discharge.store.tables import CaseRow, Person
from fhir_adapters.store.tables import HidingAnswerRow

Answer = Literal["kept", "lifted"]
LEAST_REASON, MOST_REASON = 3, 500
MOST = 500


@dataclass(frozen=True)
class Hiding:
    """A person whom another organisation hid by one message; `person` where the caller may know them.

    `still_hidden` says that something hides them now, this or another; `withdrawn_at` since when the
    sender no longer asks for what the trust had kept.
    """

    inbox_id: UUID
    person_id: UUID
    sender_id: UUID
    hidden_at: datetime
    may_answer: bool
    answer: Answer | None
    reason: str | None
    answered_at: datetime | None
    answered_by: UUID | None
    answered_for: UUID | None
    withdrawn_at: datetime | None
    person: Person | None = None
    case_id: UUID | None = None

    @property
    def still_hidden(self) -> bool:
        """Whether the person is hidden now, for whatever reason."""
        return self.person is None or is_hidden(self.person)

    @property
    def waits(self) -> bool:
        """Whether it waits for an answer: the first, or one since its sender took it back."""
        return self.answered_at is None or (
            self.withdrawn_at is not None and self.withdrawn_at > self.answered_at
        )


@dataclass(frozen=True)
class AskedHiding:
    """What the caller's organisation hid by one message: the numbers as it sent them."""

    inbox_id: UUID
    numbers: tuple[str, ...]
    hidden_at: datetime


_COLUMNS = (
    "inbox_id", "person_id", "sender_id", "hidden_at", "may_answer", "answer", "reason", "answered_at",
    "answered_by", "answered_for", "withdrawn_at",
)  # fmt: skip


async def hidings(
    session: AsyncSession,
    caller: Principal,
    person_id: UUID | None = None,
    *,
    offset: int = 0,
    size: int = MOST,
) -> list[Hiding]:
    """What others asked for about people whom the caller's organisation answers for, or leads a case of;
    those that wait for an answer first. Noted as one look.
    """
    told = func.homeward_hidings().table_valued(*_COLUMNS)
    query = select(told).order_by(
        _waits(told.c).desc(), told.c.hidden_at.desc(), told.c.inbox_id, told.c.person_id
    )
    if person_id is not None:
        query = query.where(told.c.person_id == person_id)
    rows = (await session.execute(query.offset(offset).limit(size))).all()
    ids = {row.person_id for row in rows}
    people = {row.id: row for row in await session.scalars(select(Person).where(Person.id.in_(ids)))}
    open_cases = await session.execute(
        select(CaseRow.person_id, CaseRow.id).where(CaseRow.person_id.in_(ids), CaseRow.closed_on.is_(None))
    )
    cases: dict[UUID, UUID] = dict(open_cases.all())
    await looked(session, caller, "hidden at the request of others", cases.values(), people)
    return [
        Hiding(**row._mapping, person=people.get(row.person_id), case_id=cases.get(row.person_id))
        for row in rows
    ]


def _waits(told: ReadOnlyColumnCollection[str, Any]) -> ColumnElement[bool]:
    """As `Hiding.waits`."""
    return func.coalesce(told.withdrawn_at > told.answered_at, told.answered_at.is_(None))


async def asked_by_us(session: AsyncSession, *, offset: int = 0, size: int = MOST) -> list[AskedHiding]:
    """What the caller's organisation hid by label and has not taken back, the last first."""
    told = func.homeward_hidings_asked().table_valued("inbox_id", "numbers", "hidden_at")
    ordered = select(told).order_by(told.c.hidden_at.desc(), told.c.inbox_id)
    rows = (await session.execute(ordered.offset(offset).limit(size))).all()
    return [AskedHiding(row.inbox_id, tuple(row.numbers), row.hidden_at) for row in rows]


async def count_waiting(session: AsyncSession) -> int:
    """How many hidings of others wait for the caller's organisation to answer them."""
    told = func.homeward_hidings().table_valued("may_answer", "answered_at", "withdrawn_at")
    waiting = select(func.count()).select_from(told).where(told.c.may_answer, _waits(told.c))
    return await session.scalar(waiting) or 0


async def answer(
    session: AsyncSession, caller: Principal, inbox_id: UUID, person_id: UUID, said: Answer, reason: str
) -> None:
    """Keep or lift one. Raises role-not-allowed, not-found, part-not-allowed, reason-needed."""
    caller.require("hidings.answer")
    lock = func.hashtextextended(f"homeward.hiding:{inbox_id}", 0)
    await session.execute(select(func.pg_advisory_xact_lock(lock)))  # the sender may be taking it back
    held = [each for each in await hidings(session, caller, person_id) if each.inbox_id == inbox_id]
    if not held:
        raise HomewardError("not-found")
    if not held[0].may_answer:
        raise HomewardError("part-not-allowed", detail="hidings.answer")
    why = _reason(reason)
    if not held[0].waits and (held[0].answer, held[0].reason) == (said, why):
        return
    row = HidingAnswerRow(
        id=uuid4(),
        inbox_id=inbox_id,
        person_id=person_id,
        organisation_id=caller.organisation_id,
        user_id=caller.user_id,
        role=caller.role,
        answer=said,
        reason=why,
    )
    session.add(row)
    await session.flush()
    detail = {"message_id": str(inbox_id), "sender_id": str(held[0].sender_id), "answer": str(row.id)}
    await audit.note_write(
        session, who(caller), f"hiding {said}", str(person_id), case_id=held[0].case_id, detail=detail
    )


async def withdraw(session: AsyncSession, caller: Principal, inbox_id: UUID, reason: str) -> None:
    """Take back what a message of the caller's own organisation hid; what a trust keeps stays hidden, and the
    caller does not hear of it. Raises not-found, reason-needed.
    """
    caller.require("hidings.withdraw")
    detail = {"reason": _reason(reason)}
    if not await session.scalar(select(func.homeward_withdraw_hiding(inbox_id))):
        raise HomewardError("not-found")
    await audit.note_write(session, who(caller), "hiding withdrawn", str(inbox_id), detail=detail)


def _reason(text: str) -> str:
    reason = text.strip()
    if not LEAST_REASON <= len(reason) <= MOST_REASON:
        raise HomewardError("reason-needed", where="reason")
    return reason
