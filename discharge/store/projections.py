"""What pages and reports read, kept in step with the case in the same transaction as its events.

A projection compares the case before and after a command and writes the difference. Upper floors register
their own when they are imported.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID, uuid5

from pydantic import BaseModel
from sqlalchemy import delete, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from discharge.cases.events import Event
from discharge.cases.model import Case
from discharge.cases.relations import LEAST, leads, relations
from discharge.delays.counted import count_stay, waits
from discharge.delays.spans import Span, spans_of
from discharge.delays.stays import Stay, lettings_of, stays_of
from discharge.delays.summands import as_stored, of_ended, of_letting, of_waiting
from discharge.store.base import Base
from discharge.store.contact_moves import settle_contacts
from discharge.store.evidence import settle_evidence
from discharge.store.row_writes import Rows, Values, put, write_rows
from discharge.store.tables import (
    AlertRow,
    CaseOwnerRow,
    CaseParticipantRow,
    CaseSpellRow,
    CountedLettingRow,
    CountedStayRow,
    DelayReasonRow,
    FollowUpRow,
    ReadyPeriodRow,
    StrandRow,
)


@dataclass(frozen=True)
class Change:
    """One recorded step of a case; ``before`` is None for a case that is new, or that is being rebuilt."""

    before: Case | None
    after: Case
    events: tuple[Event, ...]

    @property
    def rebuilds(self) -> bool:
        """Whether rows that are no part of the case may stand: it is written whole, and nothing happened."""
        return self.before is None and not self.events


Projection = Callable[[AsyncSession, Change], Awaitable[None]]

FOREIGN_KEY_VIOLATION = "23503"

_PROJECTIONS: list[Projection] = []
_CONSTRAINTS: dict[str, str] = {"uq_cases_open_person": "case-already-open"}


def register_projection(projection: Projection) -> Projection:
    """Have ``projection`` called with every change of every case; registering it again changes nothing.

    One that raises Refused refuses the whole command, with its code: a rule across cases said no.
    """
    if projection not in _PROJECTIONS:
        _PROJECTIONS.append(projection)
    return projection


def register_constraint(name: str, code: str) -> None:
    """Have a violation of the constraint ``name`` refuse the command with ``code`` of the table of errors."""
    _CONSTRAINTS[name] = code


def refusal_of(sqlstate: str, constraint: str) -> str | None:
    """The code with which a violated constraint refuses a command; None when it is no rule of the field.

    A reference to something that does not exist (an organisation, a stay, a home) is a refusal too: trying
    again would change nothing.
    """
    return _CONSTRAINTS.get(constraint) or ("no-such-item" if sqlstate == FOREIGN_KEY_VIOLATION else None)


async def project(session: AsyncSession, change: Change, beside: Sequence[Rows] = ()) -> int:
    """Write what follows from a change, in one statement with the rows ``beside`` it, then run every
    projection in the order of registration. Returns how many of the rows beside were written that are
    counted.
    """
    changed = [await _without_gone(session, part, change) for part in (*PARTS, *COUNTED)]
    written = await write_rows(session, (*beside, *changed))
    await settle_evidence(session, change.after, change.events)
    await settle_contacts(session, change.after.case_id, change.events)
    for projection in _PROJECTIONS:
        await projection(session, change)
    return written


@dataclass(frozen=True)
class Part:
    """One table that follows from one part of the case: rows with ``case_id`` and a key inside the case."""

    table: type[Base]
    key: tuple[str, ...]
    rows: Callable[[Case], Sequence[Values]]


async def project_part(session: AsyncSession, part: Part, change: Change) -> None:
    """Write the rows of one part that changed, and remove those that are gone."""
    await write_rows(session, [await _without_gone(session, part, change)])


async def _without_gone(session: AsyncSession, part: Part, change: Change) -> Rows:
    """Remove the rows of a part that the case has no more (for a rebuild all of them), and return those that
    are new or not as they were.
    """
    case_id = change.after.case_id
    before = _keyed(part, part.rows(change.before) if change.before else ())
    after = _keyed(part, part.rows(change.after))
    gone = [key for key in before if key not in after]
    if gone or change.rebuilds:
        await _remove(session, part, case_id, gone)
    changed = [{"case_id": case_id, **row} for key, row in after.items() if before.get(key) != row]
    return Rows(put(part.table), changed)


async def _remove(session: AsyncSession, part: Part, case_id: UUID, gone: Sequence[tuple[Any, ...]]) -> None:
    """Remove rows by key; without any all of the case."""
    columns = part.table.__table__.c
    statement = delete(part.table).where(columns.case_id == case_id)
    if gone:
        statement = statement.where(tuple_(*(columns[name] for name in part.key)).in_(gone))
    await session.execute(statement)


def _keyed(part: Part, rows: Iterable[Values]) -> dict[tuple[Any, ...], Values]:
    return {tuple(row[name] for name in part.key): row for row in rows}


def row_like(table: type[Base], value: BaseModel, **own: object) -> Values:
    """The fields of ``value`` that are columns of ``table``, and ``own`` ones beside them."""
    return {**value.model_dump(include=set(table.__table__.columns.keys())), **own}


def _participants(case: Case) -> list[Values]:
    """One row an organisation and day; whoever left and came back on one day takes part again."""
    latest = {(one.organisation_id, one.from_on): one for one in case.participants}
    held = relations(case)
    return [
        row_like(
            CaseParticipantRow,
            one,
            id=row_id(case, "participant", *key),
            relation=held.get(one.organisation_id, LEAST),
        )
        for key, one in latest.items()
    ]


def _owners(case: Case) -> list[Values]:
    return [row_like(CaseOwnerRow, owner) for owner in case.owners]


def _spells(case: Case) -> list[Values]:
    return [{"spell_id": spell.spell_id} for spell in case.spells]


def _ready_periods(case: Case) -> list[Values]:
    return [
        row_like(ReadyPeriodRow, one, id=row_id(case, "ready-period", one.spell_id, one.ready_on))
        for one in case.ready_periods
    ]


def _delay_reasons(case: Case) -> list[Values]:
    return [row_like(DelayReasonRow, one, id=one.reason_id) for one in case.delay_reasons]


def _strands(case: Case) -> list[Values]:
    return [row_like(StrandRow, one, key=one.key, kind=one.kind) for one in case.strands.values()]


def _alerts(case: Case) -> list[Values]:
    return [row_like(AlertRow, one, id=one.alert_id) for one in case.alerts.values()]


def _follow_ups(case: Case) -> list[Values]:
    return [row_like(FollowUpRow, one) for one in case.follow_ups.values()]


def row_id(case: Case, *parts: UUID | date | str | None) -> UUID:
    """The id that the same part of a case always gets."""
    return uuid5(case.case_id, "/".join(str(part) for part in parts))


PARTS = (
    Part(CaseParticipantRow, ("id",), _participants),
    Part(CaseOwnerRow, ("organisation_id",), _owners),
    Part(CaseSpellRow, ("spell_id",), _spells),
    Part(ReadyPeriodRow, ("id",), _ready_periods),
    Part(DelayReasonRow, ("id",), _delay_reasons),
    Part(StrandRow, ("key",), _strands),
    Part(AlertRow, ("id",), _alerts),
    Part(FollowUpRow, ("key",), _follow_ups),
)


def counted_stays(case: Case) -> list[Values]:
    """One row for each stay that has ended, or in which somebody waits."""
    led = _of_case(case)
    return [{**led, **_row(stay)} for stay in stays_of(case) if stay.ended_on or waits(stay)]


def _of_case(case: Case) -> Values:
    return {"closed_on": case.closed_on, "leads": sorted(leads(case))}


def _row(stay: Stay) -> Values:
    fields = ("number", "ended_on", "died", "outside", "back_after", "back_kind", "failed")
    own = {name: getattr(stay, name) for name in fields}
    return {**own, **(_ended(stay, stay.ended_on) if stay.ended_on else _waiting(stay))}


_NUMBERS = ("published", "true", "held", "without_reason", "attributed", "assumed")
_SPANS = ("from_on", "to_on", "code", "held", "published")


def _ended(stay: Stay, ended_on: date) -> Values:
    count = count_stay(stay, ended_on)
    numbers = {name: getattr(count, name) for name in _NUMBERS}
    return {**numbers, **_spans(()), "summands": as_stored(of_ended(stay, count, ended_on))}


def _waiting(stay: Stay) -> Values:
    """Its nights are counted by whoever asks on a day."""
    spans = spans_of(stay.periods, stay.reasons)
    numbers = {**dict.fromkeys(_NUMBERS), "assumed": False}
    return {**numbers, **_spans(spans), "summands": as_stored(of_waiting(spans))}


def _spans(spans: Sequence[Span]) -> Values:
    return {f"span_{name.removesuffix('_on')}": [getattr(span, name) for span in spans] for name in _SPANS}


def counted_lettings(case: Case) -> list[Values]:
    """One row for each home let."""
    return [
        {
            **_of_case(case),
            "number": number,
            "started_on": let.started_on,
            "let_on": let.let_on,
            "summands": as_stored(of_letting(let)),
        }
        for number, let in enumerate(lettings_of(case))
    ]


COUNTED = (
    Part(CountedStayRow, ("number",), counted_stays),
    Part(CountedLettingRow, ("number",), counted_lettings),
)
"""What reports add up; a case that an earlier version recorded has none until it is counted anew."""
