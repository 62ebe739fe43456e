"""What we hold of a day: who is in which bed by a feed, and which message last said so."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ARRAY, Uuid, cast, func, or_, select
from sqlalchemy import column as sql_column
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncSession

from discharge.clocks import london_date
from discharge.codes.delay_reasons import LOCAL_DELAY_REASONS
from discharge.store.tables import (
    CaseEventRow,
    CaseRow,
    CaseSpellRow,
    DelayReasonRow,
    Person,
    PersonIdentifier,
    ReadyPeriodRow,
    Spell,
)
from fhir_adapters.shadow.list_mapping import People
from fhir_adapters.shadow.model import Column, Held, Said
from fhir_adapters.store.tables import Feed, InboxRow

IN_BED = ("admitted", "on-leave")


@dataclass(frozen=True)
class Moment:
    """When a list was made, in case time, and the day it is for."""

    at: datetime
    day: date


def moment_of(at: datetime) -> Moment:
    """An instant of case time with its London day."""
    return Moment(at, london_date(at))


@dataclass(frozen=True)
class _Case:
    row: CaseRow
    reasons: frozenset[str]
    ready: Sequence[ReadyPeriodRow]
    by_hand: frozenset[Column]


async def held_by(session: AsyncSession, feed: Feed, when: Moment, people: People) -> list[Held]:
    """Everybody in a bed by this feed when the list was made, as far as the list is about them."""
    rows = await session.execute(
        select(Spell, Person)
        .join(Person, Person.id == Spell.person_id)
        .where(
            Spell.organisation_id == feed.organisation_id,
            Spell.feed_code == feed.code,
            Person.merged_into.is_(None),
            Person.test_person.is_(False),
            or_(Spell.status.in_(IN_BED), Spell.discharged_at > when.at),
            Spell.status.in_((*IN_BED, "discharged")),
            or_(Spell.admitted_at.is_(None), Spell.admitted_at <= when.at),
        )
        .order_by(Spell.admitted_at.asc().nulls_first(), Spell.id)
    )
    stays = {person.id: (spell, person) for spell, person in rows}
    ids = [spell.id for spell, _ in stays.values()]
    cases = await _cases(session, ids, when.day)
    said = await last_said(session, ids)
    numbers = await _own_numbers(session, list(stays), feed.organisation_id)
    held = [
        _held(spell, person, cases.get(spell.id), said.get(spell.id, {}), numbers.get(person.id, ""), when)
        for spell, person in stays.values()
    ]
    return [one for one in held if _is_about(one, people)]


def _is_about(one: Held, people: People) -> bool:
    if people == "cases":
        return one.case_id is not None
    return people == "in-a-bed" or bool(one.values.get("ready_on"))


def _held(
    spell: Spell, person: Person, case: _Case | None, said: Mapping[str, Said], number: str, when: Moment
) -> Held:
    expected = case.row.expected_discharge_on if case else spell.expected_discharge_on
    values: dict[Column, frozenset[str]] = {
        "ward": _text(spell.ward),
        "bed": _text(spell.bed),
        "expected_discharge_on": _text(expected),
        "ready_on": _text(_ready_on(spell, case, when.day)),
        "delay_reason": case.reasons if case else frozenset(),
        "pathway": _text(case.row.pathway if case else None),
    }
    return Held(
        person_id=person.id,
        nhs_number=person.nhs_number or "",
        hospital_number=number,
        case_id=case.row.id if case else None,
        values=values,
        said=said,
        by_hand=case.by_hand if case else frozenset(),
    )


def _text(value: str | date | None) -> frozenset[str]:
    return frozenset({str(value)} if value else ())


def _ready_on(spell: Spell, case: _Case | None, day: date) -> date | None:
    """By the case's ready periods where there is a case, else as the feed says."""
    if case is not None:
        open_then = (each for each in case.ready if each.ended_on is None or each.ended_on > day)
        return next((each.ready_on for each in open_then if each.ready_on <= day), None)
    return spell.medically_fit_on if spell.medically_fit else None


async def _cases(session: AsyncSession, spells: Sequence[UUID], day: date) -> dict[UUID, _Case]:
    rows = await session.execute(
        select(CaseSpellRow.spell_id, CaseRow)
        .join(CaseRow, CaseRow.id == CaseSpellRow.case_id)
        .where(CaseSpellRow.spell_id.in_(spells), or_(CaseRow.closed_on.is_(None), CaseRow.closed_on > day))
    )
    found: dict[UUID, CaseRow] = dict(rows.all())
    ids = [row.id for row in found.values()]
    reasons = await _reasons(session, ids, day)
    periods: defaultdict[UUID, list[ReadyPeriodRow]] = defaultdict(list)
    for period in await session.scalars(select(ReadyPeriodRow).where(ReadyPeriodRow.case_id.in_(ids))):
        periods[period.case_id].append(period)
    hands = await _by_hand(session, ids)
    nothing: frozenset[str] = frozenset()
    return {
        spell_id: _Case(row, reasons.get(row.id, nothing), periods[row.id], hands.get(row.id, frozenset()))
        for spell_id, row in found.items()
    }


async def _reasons(session: AsyncSession, cases: Sequence[UUID], day: date) -> dict[UUID, frozenset[str]]:
    """The reasons of a day, each local one also as the national one that it counts under."""
    rows = await session.execute(
        select(DelayReasonRow.case_id, DelayReasonRow.code).where(
            DelayReasonRow.case_id.in_(cases),
            DelayReasonRow.from_on <= day,
            or_(DelayReasonRow.to_on.is_(None), DelayReasonRow.to_on > day),
        )
    )
    codes: defaultdict[UUID, set[str]] = defaultdict(set)
    for case_id, code in rows:
        local = LOCAL_DELAY_REASONS.find(code, day)
        codes[case_id] |= {code, local.national} if local else {code}
    return {case_id: frozenset(found) for case_id, found in codes.items()}


_DECIDES: Mapping[str, Column] = {
    "expected-discharge-date-set": "expected_discharge_on",
    "ready-period-started": "ready_on",
    "ready-period-ended": "ready_on",
    "ready-period-corrected": "ready_on",
    "delay-reason-recorded": "delay_reason",
    "delay-reason-ended": "delay_reason",
}
"""Event -> the column that it decides."""


async def _by_hand(session: AsyncSession, cases: Sequence[UUID]) -> dict[UUID, frozenset[Column]]:
    """Which columns somebody who signed in decided last, rather than the trust's feed."""
    rows = await session.execute(
        select(CaseEventRow.case_id, CaseEventRow.kind, CaseEventRow.user_id)
        .where(CaseEventRow.case_id.in_(cases), CaseEventRow.kind.in_(_DECIDES))
        .order_by(CaseEventRow.case_id, CaseEventRow.sequence)
    )
    last: defaultdict[UUID, dict[Column, bool]] = defaultdict(dict)
    for case_id, kind, user_id in rows:
        last[case_id][_DECIDES[kind]] = user_id is not None
    return {
        case_id: frozenset(column for column, hand in decided.items() if hand)
        for case_id, decided in last.items()
    }


_SAYS: Mapping[str, tuple[str, ...]] = {
    "ward": ("location", "ward"),
    "bed": ("location", "bed"),
    "expected_discharge_on": ("expected_discharge_on",),
    "ready_on": ("medically_fit",),
}
"""Column -> where a stay's fact holds it."""


async def last_said(session: AsyncSession, spells: Sequence[UUID]) -> dict[UUID, dict[str, Said]]:
    """For each stay and column, and for the stay itself (``stay``), the last message that said it."""
    shown = func.homeward_facts_shown(None, cast(list(spells), ARRAY(Uuid))).table_valued(
        "inbox_id", "spell_id", "kind", "effective_at", sql_column("payload", JSONB)
    )
    rows = await session.execute(
        select(shown.c.spell_id, shown.c.payload, shown.c.effective_at, InboxRow.id, InboxRow.received_at)
        .join(InboxRow, InboxRow.id == shown.c.inbox_id)
        .where(shown.c.kind == "stay-reported")
    )
    found: defaultdict[UUID, dict[str, Said]] = defaultdict(dict)
    for spell_id, payload, effective_at, inbox_id, received_at in rows:
        if spell_id is None:
            continue
        said = Said(inbox_id, _stated(payload) or effective_at, received_at)
        for column in ("stay", *(name for name, place in _SAYS.items() if _says(payload, place))):
            before = found[spell_id].get(column)
            if before is None or _order(before) < _order(said):
                found[spell_id][column] = said
    return found


def _stated(payload: Mapping[str, object]) -> datetime | None:
    text = payload.get("stated_at")
    return datetime.fromisoformat(str(text)) if text else None


def _order(said: Said) -> tuple[bool, datetime]:
    return said.said_at is not None, said.said_at or said.received_at


def _says(payload: Mapping[str, object], place: tuple[str, ...]) -> bool:
    value: object = payload
    for part in place:
        value = value.get(part) if isinstance(value, dict) else None
    cleared = payload.get("cleared")
    return value is not None or (isinstance(cleared, list) and place[0] in cleared)


async def _own_numbers(session: AsyncSession, people: Iterable[UUID], trust: UUID) -> dict[UUID, str]:
    rows = await session.execute(
        select(PersonIdentifier.person_id, PersonIdentifier.value)
        .where(PersonIdentifier.person_id.in_(list(people)), PersonIdentifier.organisation_id == trust)
        .order_by(PersonIdentifier.value.desc())
    )
    return dict(rows.all())
