"""The worklist: which cases, in which view, filtered how; and how many there are in each view."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from api.limits import search_words
from api.principals import Principal
from api.reading.looks import looked
from api.reading.viewer import Viewer, viewer_of
from discharge.cases.model import Case, Stage
from discharge.cases.stages import OPEN, stages_listed
from discharge.said import UNTOLD, Telling
from discharge.store.tables import AlertRow, CaseRow, Person
from fhir_adapters.people.nhs_numbers import check_number

PAGE_SIZE = 25
MOST_SIZE = 200

LISTS: Mapping[str, str] = {
    "referred": "New referrals",
    "checking": "Home check",
    "making-ready": "Making ready",
    "ready": "Home ready",
    "home": "At home",
    "closed": "Closed",
}
"""The worklists that the table of stages names."""

VIEWS: Mapping[str, tuple[str, tuple[Stage, ...]]] = {
    "open": ("All open", tuple(stage for stage in Stage if stage in OPEN)),
    **{name: (words, stages_listed(name)) for name, words in LISTS.items()},
}
"""View -> its words and the stages it holds. Every case is in exactly one view besides "open"."""


@dataclass(frozen=True)
class Wanted:
    """A filtered view of the worklist; everything is in the address of the page, so that it can be shared."""

    view: str = "open"
    ward: str = ""
    text: str = ""
    only: str = ""
    page: int = 1
    size: int = PAGE_SIZE


@dataclass(frozen=True)
class Listed:
    """One case on a list, with the person it is about, as much of both as the caller may see.

    `place_seen` is false where ward and bed are withheld; `telling` says what else is told of the case.
    """

    case: Case
    person: Person
    alerts: int
    place_seen: bool = True
    telling: Telling = UNTOLD


@dataclass(frozen=True)
class Worklist:
    """A page of a view, and what the other views hold under the same filter."""

    rows: tuple[Listed, ...]
    total: int
    counts: Mapping[str, int]
    wards: tuple[str, ...]


async def worklist(session: AsyncSession, caller: Principal, wanted: Wanted) -> Worklist:
    """One page of the worklist, the longest waiting first. The whole page is noted as one look."""
    viewer = await viewer_of(session, caller)
    filters, by_person = _filters(wanted, viewer), bool(wanted.ward or wanted.text.strip())
    counts = await _counts(session, filters, by_person)
    found = (await session.execute(_page(wanted, filters, by_person))).all()
    alerts = await _alerts(session, [row.id for row, _ in found])
    rows = tuple(_listed(viewer, row, person, alerts.get(row.id, 0)) for row, person in found)
    await looked(session, caller, f"worklist {wanted.view}", [each.case.case_id for each in rows])
    return Worklist(rows, counts[wanted.view], counts, await _wards(session, viewer))


def _listed(viewer: Viewer, row: CaseRow, person: Person, alerts: int) -> Listed:
    case = Case.model_validate(row.snapshot)
    return Listed(
        viewer.case(case, person),
        viewer.person(case, person),
        alerts,
        viewer.sees_place(case, person),
        Telling(case, viewer.sight(case)),
    )


def _page(wanted: Wanted, filters: list[ColumnElement[bool]], by_person: bool) -> Select[CaseRow, Person]:
    """The cases of one page, chosen before their people are looked at: whoever sees a case sees its person,
    and PostgreSQL would ask so of every case there is.
    """
    chosen = (
        _of_people(select(CaseRow.id), by_person)
        .where(CaseRow.stage.in_(VIEWS[wanted.view][1]), *filters)
        .order_by(*_order(wanted.view))
        .limit(wanted.size)
        .offset((wanted.page - 1) * wanted.size)
    )
    cases = select(CaseRow, Person).join(Person, Person.id == CaseRow.person_id)
    return cases.where(CaseRow.id.in_(chosen.scalar_subquery())).order_by(*_order(wanted.view))


_Some = TypeVar("_Some", Select[UUID], Select[str, int])


def _of_people(cases: _Some, by_person: bool) -> _Some:
    """Cases joined with their people, where a filter asks something of them."""
    return cases.join(Person, Person.id == CaseRow.person_id) if by_person else cases


def _order(view: str) -> list[Any]:
    if view == "closed":
        return [CaseRow.closed_on.desc(), CaseRow.id.asc()]
    if view == "home":
        return [_NOT_READY.is_(None), CaseRow.discharged_on.desc(), CaseRow.id.asc()]
    return [
        CaseRow.discharged_on.is_not(None).asc(),
        CaseRow.ready_on.asc().nulls_last(),
        CaseRow.expected_discharge_on.asc().nulls_last(),
        CaseRow.id.asc(),
    ]


_NOT_READY = CaseRow.snapshot["unready_home"].astext
"""Null unless the person is in a home that is not ready."""


def _filters(wanted: Wanted, viewer: Viewer) -> list[ColumnElement[bool]]:
    filters: list[ColumnElement[bool]] = []
    if wanted.ward:
        filters.append(and_(CaseRow.ward == wanted.ward, viewer.place_open))
    if wanted.text.strip():
        filters.append(_matches(wanted.text.strip(), viewer))
    if wanted.only == "alerts":
        standing = select(AlertRow.case_id).where(AlertRow.cleared_at.is_(None))
        filters.append(and_(CaseRow.id.in_(standing), viewer.holds("alerts")))
    if wanted.only == "awaiting-spell":
        filters.append(and_(CaseRow.awaiting_spell.is_(True), viewer.holds("awaiting_spell")))
    if wanted.only == "home-not-ready":
        filters.append(and_(_NOT_READY.is_not(None), viewer.holds("unready_home")))
    if wanted.only == "waiting":
        waits = (CaseRow.ready_on.is_not(None), CaseRow.discharged_on.is_(None))
        filters.append(and_(*waits, viewer.holds("ready_periods"), viewer.holds("discharge")))
    return filters


def _matches(text: str, viewer: Viewer) -> ColumnElement[bool]:
    """An NHS number in any spacing, else the beginning of a name."""
    number = check_number(text)
    if number.usable:
        return and_(Person.nhs_number == number.value, viewer.numbers_open)
    words = [
        or_(
            Person.family_name.istartswith(word, autoescape=True),
            Person.given_name.istartswith(word, autoescape=True),
        )
        for word in search_words(text)
    ]
    return and_(*words)


async def _counts(
    session: AsyncSession, filters: list[ColumnElement[bool]], by_person: bool
) -> dict[str, int]:
    cases = _of_people(select(CaseRow.stage, func.count()), by_person)
    statement = cases.where(*filters).group_by(CaseRow.stage)
    by_stage: dict[str, int] = dict((await session.execute(statement)).all())
    return {view: sum(by_stage.get(stage, 0) for stage in stages) for view, (_, stages) in VIEWS.items()}


async def _alerts(session: AsyncSession, case_ids: list[UUID]) -> dict[UUID, int]:
    statement = (
        select(AlertRow.case_id, func.count())
        .where(AlertRow.case_id.in_(case_ids), AlertRow.cleared_at.is_(None))
        .group_by(AlertRow.case_id)
    )
    return dict((await session.execute(statement)).all())


async def _wards(session: AsyncSession, viewer: Viewer) -> tuple[str, ...]:
    """Wards of open cases in each of which the caller may know where somebody lies: one is enough."""
    each = aliased(CaseRow)
    named = select(each.ward).where(each.ward.is_not(None), each.closed_on.is_(None)).distinct().subquery()
    somebody = (
        select(CaseRow.id)
        .join(Person, Person.id == CaseRow.person_id)
        .where(CaseRow.ward == named.c.ward, CaseRow.closed_on.is_(None), viewer.place_open)
    )
    wards = await session.scalars(select(named.c.ward).where(somebody.exists()))
    return tuple(sorted(ward for ward in wards if ward))
