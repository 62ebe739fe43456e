"""Who is behind a figure of the bed-days report: PostgreSQL finds who is on one page, how many there are and
each one's part, over what the figures are added up from. Only the cases on the page are read.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple
from uuid import UUID

from pydantic_core import to_jsonable_python
from sqlalchemy import (
    ColumnElement,
    FromClause,
    Integer,
    Select,
    any_,
    column,
    func,
    literal,
    literal_column,
    null,
    select,
    type_coerce,
    union_all,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncSession

from api.bed_days.measures import DAYS, HELD, OF_REASON, PUBLISHED, TRUE_NIGHTS, WITHOUT_REASON, Measure
from api.bed_days.queries import BedDaysQuery, ReportedCase, reported_cases, uncounted_cases
from api.looks.notes import looked
from api.web.paging import Page
from api.web.principals import Principal
from discharge.cases.model import Case
from discharge.delays.counted import CountedStay, count_stay
from discharge.delays.stays import Letting, lettings_of, stays_of
from discharge.store.base import Base, core_table
from discharge.store.projections import counted_lettings, counted_stays
from discharge.store.tables import CaseRow, CountedLettingRow, CountedStayRow

BEHIND = "people behind a figure of the bed days report"
"""What the audit calls a look at the people on a page; the figures are a look of their own."""


class Part(NamedTuple):
    """One stay or letting of a case, and its part in a figure."""

    case_id: UUID
    number: int
    part: int


@dataclass(frozen=True)
class PeopleFound:
    """One page of those behind a figure, the last one where there are not so many, and what it says of them:
    stays and lettings by case and number, names (family, given) by case.
    """

    title: str
    page: Page
    total: int
    parts: Sequence[Part]
    stays: Mapping[tuple[UUID, int], CountedStay]
    lettings: Mapping[tuple[UUID, int], Letting]
    names: Mapping[UUID, tuple[str | None, str | None]]


async def people_behind(
    session: AsyncSession, caller: Principal, asked: BedDaysQuery, measure: Measure, page: Page
) -> PeopleFound:
    """One page of the people behind a figure, most first; a look at those who are on it.

    Raises role-not-allowed.
    """
    total, parts = await parts_behind(session, caller, asked, measure, page)
    case_ids = {each.case_id for each in parts}
    cases = await reported_cases(session, caller, CaseRow.id.in_(case_ids)) if case_ids else []
    await looked(session, caller, BEHIND, [each.case.case_id for each in cases])
    shown = {(each.case_id, each.number) for each in parts}
    return PeopleFound(
        measure.title,
        Page(min(page.number, page.last(total)), page.size),
        total,
        parts,
        stays={} if measure.group == "lettings" else _stays(cases, shown, asked),
        lettings=_lettings(cases) if measure.group == "lettings" else {},
        names={each.case.case_id: (each.family_name, each.given_name) for each in cases},
    )


async def parts_behind(
    session: AsyncSession, caller: Principal, asked: BedDaysQuery, measure: Measure, page: Page
) -> tuple[int, list[Part]]:
    """How many are behind a figure, and the parts of those on a page. Raises role-not-allowed."""
    caller.require("reports.read")
    found = (await session.execute(await _statement(session, caller, asked, measure, page))).all()
    return found[0].total if found else 0, [Part(row.case_id, row.number, row.part) for row in found]


def _stays(
    cases: Sequence[ReportedCase], shown: set[tuple[UUID, int]], asked: BedDaysQuery
) -> dict[tuple[UUID, int], CountedStay]:
    return {
        (stay.case_id, stay.number): CountedStay(stay=stay, count=count_stay(stay, asked.today))
        for each in cases
        for stay in stays_of(each.case)
        if (stay.case_id, stay.number) in shown
    }


def _lettings(cases: Sequence[ReportedCase]) -> dict[tuple[UUID, int], Letting]:
    return {(let.case_id, number): let for each in cases for number, let in enumerate(lettings_of(each.case))}


Numbers = Select[Any]
"""A row for each stay or letting of a group: its case and number, and what its part is made of."""


async def _statement(
    session: AsyncSession, caller: Principal, asked: BedDaysQuery, measure: Measure, page: Page
) -> Select[Any]:
    uncounted = await uncounted_cases(session, caller)
    if measure.group == "lettings":
        kept = _kept(caller, CountedLettingRow, uncounted, counted_lettings)
        return _page(_let(kept, asked), measure, page, (column("let_on"),))
    kept = _kept(caller, CountedStayRow, uncounted, counted_stays)
    if measure.group == "waiting":
        numbers = _waiting(kept, asked, measure)
    else:
        numbers = _ended(kept, asked, measure.reason, died=measure.group == "died")
    return _page(numbers, measure, page, (func.coalesce(TRUE_NIGHTS, 0).desc(), PUBLISHED))


def _page(numbers: Numbers, measure: Measure, page: Page, order: Sequence[ColumnElement[Any]]) -> Select[Any]:
    """Everybody whose part is not null, most first; the rows of one page of them, and how many there are."""
    part = type_coerce(measure.part, Integer)
    every = numbers.subquery()
    places: list[ColumnElement[Any]] = [column("case_id"), column("number")]
    chosen = (
        select(every, part.label("part")).where(part.is_not(None)).cte("chosen").prefix_with("MATERIALIZED")
    )
    total = select(func.count()).select_from(chosen).scalar_subquery()
    last = func.greatest(0, (total - 1) // page.size * page.size)
    return (
        select(*places, column("part"), total.label("total"))
        .select_from(chosen)
        .order_by(column("part").desc(), *order, *places)
        .limit(page.size)
        .offset(func.least(page.offset, last))
    )


def _ended(kept: FromClause, asked: BedDaysQuery, reason: str, *, died: bool) -> Numbers:
    """The stays that ended in the period."""
    c = kept.c
    names = "case_id number published true assumed held without_reason outside back_after back_kind failed"
    of_reason = c.attributed[reason].as_integer() if reason else null()
    return select(*(c[name] for name in names.split()), of_reason.label(OF_REASON.name)).where(
        c.ended_on.between(asked.from_on, asked.to_on), c.died.is_(died)
    )


Which = Callable[[ColumnElement[Any], str], ColumnElement[bool]]
RUNS: Mapping[str, tuple[str, Which]] = {
    PUBLISHED.name: ("published", lambda published, _: published),
    HELD.name: ("held", lambda held, _: held),
    WITHOUT_REASON.name: ("code", lambda code, _: code.is_(None)),
    OF_REASON.name: ("code", lambda code, reason: code == reason),
}
"""A number of somebody who waits -> what says whether a run of their nights counts in it, and when."""


def _waiting(kept: FromClause, asked: BedDaysQuery, measure: Measure) -> Numbers:
    """The stays in which somebody waits, with their nights up to today. Only what order and part are made of
    is taken from the runs: each further array of them costs as much as adding up does.
    """
    c, today = kept.c, literal(asked.today)
    wanted = {name: run for name, run in RUNS.items() if name in {PUBLISHED.name, *measure.made_of}}
    said = dict.fromkeys(("from", "to", *(said for said, _ in wanted.values())))
    runs = (
        select(c.case_id, c.number, *(func.unnest(c[f"span_{name}"]).label(name) for name in said))
        .where(c.ended_on.is_(None))
        .subquery()
    )
    until = func.least(func.coalesce(runs.c.to, today), today)
    nights = func.greatest(0, until - runs.c["from"])
    numbers = (
        func.coalesce(func.sum(nights).filter(counts(runs.c[said], measure.reason)), 0).label(name)
        for name, (said, counts) in wanted.items()
    )
    places = (runs.c.case_id, runs.c.number)
    return select(*places, func.sum(nights).label(TRUE_NIGHTS.name), *numbers).group_by(*places)


def _let(kept: FromClause, asked: BedDaysQuery) -> Numbers:
    """The homes let in the period."""
    c = kept.c
    days = func.greatest(0, c.let_on - c.started_on)
    return select(c.case_id, c.number, c.let_on, days.label(DAYS.name)).where(
        c.let_on.between(asked.from_on, asked.to_on)
    )


def _kept(
    caller: Principal,
    table: type[Base],
    uncounted: Sequence[ReportedCase],
    count: Callable[[Case], list[Mapping[str, Any]]],
) -> FromClause:
    """What is kept of the cases that the caller's organisation leads, as the sums have it: the wall of
    PostgreSQL also shows cases that it leads only until a known day. Of those that are not counted as this
    version counts, what would be kept.
    """
    columns = core_table(table).c
    counted = select(*columns).where(any_(columns.leads) == caller.organisation_id)
    if not uncounted:
        return counted.subquery()
    ids = [each.case.case_id for each in uncounted]
    rows = [{"case_id": each.case.case_id, **row} for each in uncounted for row in count(each.case)]
    shape: ColumnElement[Any] = literal_column(f"NULL::{table.__tablename__}")
    given = func.jsonb_populate_recordset(shape, literal(to_jsonable_python(rows), JSONB)).table_valued(
        *(column(each.name, each.type) for each in columns)
    )
    return union_all(counted.where(columns.case_id.not_in(ids)), select(*given.c)).subquery()
