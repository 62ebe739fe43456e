"""The worklist: which cases, in which view, filtered how; and how many there are in each view."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Select,
    and_,
    bindparam,
    case,
    func,
    literal_column,
    select,
)
from sqlalchemy.ext.asyncio import AsyncSession

from api.cases.viewer import Viewer, viewer_of
from api.looks.notes import looked
from api.safety.line import UNASKED, SafetyLine, safety_lines
from api.web.limits import search_words
from api.web.paging import SIZE, written_out
from api.web.principals import Principal
from discharge.cases.model import SNAPSHOT, Case, Stage
from discharge.cases.stages import OPEN, STAGES, stages_listed
from discharge.disclosure import UNTOLD, Telling
from discharge.errors import HomewardError
from discharge.store.tables import AlertRow, CaseRow, Person, StrandRow
from discharge.store.tables.persons import name_begins
from fhir_adapters.people.nhs_numbers import check_number

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
"""View -> its words and the stages it holds. Each of these stages is in exactly one view besides "open"."""


@dataclass(frozen=True)
class WorklistQuery:
    """A filtered view of the worklist; everything is in the address of the page, so that it can be shared.

    `with_wards`: also name the wards that may be chosen.
    """

    view: str = "open"
    ward: str = ""
    text: str = ""
    only: str = ""
    page: int = 1
    size: int = SIZE
    with_wards: bool = False


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
    safety: SafetyLine = UNASKED


@dataclass(frozen=True)
class Worklist:
    """A page of a view, and what the other views hold under the same filter.

    `not_searched` counts the cases in which the caller does not see what the filter looks at; `only` are the
    filters that the caller may use.
    """

    rows: tuple[Listed, ...]
    total: int
    counts: Mapping[str, int]
    wards: tuple[str, ...]
    not_searched: int
    only: frozenset[str]


async def worklist(session: AsyncSession, caller: Principal, wanted: WorklistQuery) -> Worklist:
    """One page of the worklist, the longest waiting first; where the caller does not see who waits, their own
    work that is due first. The whole page is noted as one look. Raises filter-not-seen.
    """
    viewer = await viewer_of(session, caller)
    looked_at = _looked_at(wanted, viewer)
    by_ward = bool(wanted.ward) and not viewer.sees_every_place
    filters, by_person = _filters(wanted, viewer), by_ward or bool(wanted.text.strip())
    by_stage = await _by_stage(session, filters, by_person)
    stages = _stages_of(wanted.view, by_stage)
    found = (await session.execute(_page(wanted, viewer, stages, filters, by_person))).all()
    alerts = await _alerts(session, [row.id for row, _ in found])
    safety = await safety_lines(session, caller, [row.id for row, _ in found])
    rows = tuple(
        _listed(viewer, row, person, alerts.get(row.id, 0), safety.of(row.id)) for row, person in found
    )
    await looked(session, caller, f"worklist {wanted.view}", [each.case.case_id for each in rows])
    counts = {view: sum(by_stage.get(each, 0) for each in _stages_of(view, by_stage)) for view in VIEWS}
    return Worklist(
        rows,
        counts[wanted.view],
        counts,
        await _wards(session, viewer) if wanted.with_wards else (),
        await _not_searched(session, stages, looked_at, viewer),
        frozenset(only for only, fields in ONLY_RESTS.items() if not viewer.sees_in_none(*fields)),
    )


ONLY_RESTS: Mapping[str, tuple[str, ...]] = {
    "waiting": ("ready_periods", "discharge"),
    "alerts": ("alerts",),
    "home-not-ready": ("unready_home",),
    "awaiting-spell": ("awaiting_spell",),
}
"""Filter -> the fields that it looks at, which its asker must see."""


def _looked_at(wanted: WorklistQuery, viewer: Viewer) -> tuple[str, ...]:
    """The fields that the filters look at. Raises filter-not-seen for one that the caller sees nowhere."""
    number = check_number(wanted.text.strip()).usable
    asked: dict[str, tuple[str, ...]] = {
        "ward": ("ward",) if wanted.ward else (),
        "text": ("nhs_number",) if number else (),
        "only": ONLY_RESTS.get(wanted.only, ()),
    }
    for where, fields in asked.items():
        if fields and viewer.sees_in_none(*fields):
            raise HomewardError("filter-not-seen", detail=", ".join(fields), where=where)
    return tuple(field for fields in asked.values() for field in fields)


async def _not_searched(
    session: AsyncSession, stages: Sequence[str], fields: tuple[str, ...], viewer: Viewer
) -> int:
    if viewer.sees_in_every(*fields):
        return 0
    unseen = ~and_(*(viewer.holds(field) for field in fields))
    counted = select(func.count()).select_from(CaseRow).where(CaseRow.stage.in_(stages), unseen)
    return await session.scalar(counted) or 0


def _listed(viewer: Viewer, row: CaseRow, person: Person, alerts: int, safety: SafetyLine) -> Listed:
    seen = viewer.looks_at(SNAPSHOT.read(row.snapshot), person)
    return Listed(seen.case, seen.person, alerts, seen.place, seen.telling, safety)


def _page(
    wanted: WorklistQuery,
    viewer: Viewer,
    stages: Sequence[str],
    filters: list[ColumnElement[bool]],
    by_person: bool,
) -> Select[CaseRow, Person]:
    """The cases of one page, chosen before their people are looked at, unless it is by them: whoever sees a
    case sees its person, and PostgreSQL would ask so of every case there is.
    """
    order = _order(wanted.view, viewer)
    among: BindParameter[Sequence[str]] = bindparam("stages", stages, expanding=True, literal_execute=True)
    held = CaseRow.stage.in_(among), *_open_or_closed(stages), *filters
    size, offset = written_out(wanted.size), written_out((wanted.page - 1) * wanted.size)
    cases = select(CaseRow, Person).join(Person, Person.id == CaseRow.person_id).order_by(*order)
    if by_person:
        return cases.where(*held).limit(size).offset(offset)
    chosen = select(CaseRow.id).where(*held).order_by(*order).limit(size).offset(offset)
    return cases.where(CaseRow.id.in_(chosen.scalar_subquery()))


_Some = TypeVar("_Some", Select[UUID], Select[str, int], Select[str | None])


def _of_people(cases: _Some, by_person: bool) -> _Some:
    """Cases joined with their people, where a filter asks something of them."""
    return cases.join(Person, Person.id == CaseRow.person_id) if by_person else cases


def _open_or_closed(stages: Sequence[str]) -> list[ColumnElement[bool]]:
    """What the stages say already, so that PostgreSQL reads an index of the open or of the closed cases in
    the order of the list, and no more of it than the page holds.
    """
    if all(stage in OPEN for stage in stages):
        return [CaseRow.closed_on.is_(None)]
    return [CaseRow.closed_on.is_not(None)] if stages == (Stage.CLOSED,) else []


def _order(view: str, viewer: Viewer) -> list[Any]:
    """By what the caller sees: a place in a list is read like a field of it."""
    by, rests = _ORDERS.get(view, _BY_WAITING)
    if viewer.sees_in_every(*rests):
        return [*(_sorted(each, down) for each, down in by), CaseRow.id]
    seen = and_(*(viewer.holds(field) for field in rests))
    told = [_sorted(case((seen, each)), down) for each, down in by]
    own_work = select(func.min(StrandRow.due_on)).where(
        StrandRow.case_id == CaseRow.id,
        StrandRow.partner_id == viewer.caller.organisation_id,
        StrandRow.status == "open",
    )
    due = case((~seen, own_work.scalar_subquery()))
    return [seen.desc(), *told, due.asc().nulls_last(), CaseRow.id]


def _sorted(value: ColumnElement[Any], down: bool) -> ColumnElement[Any]:
    return value.desc() if down else value.asc().nulls_last()


_NOT_READY = CaseRow.snapshot["unready_home"].astext
"""Null unless the person is in a home that is not ready."""

_Order = tuple[tuple[tuple[Any, bool], ...], tuple[str, ...]]
_BY_WAITING: _Order = (
    (
        (CaseRow.discharged_on.is_not(None), False),
        (CaseRow.ready_on, False),
        (CaseRow.expected_discharge_on, False),
    ),
    ("discharge", "ready_periods", "expected_discharge_on"),
)
_ORDERS: Mapping[str, _Order] = {
    "closed": (((CaseRow.closed_on, True),), ("closed_on",)),
    "home": (((_NOT_READY.is_(None), False), (CaseRow.discharged_on, True)), ("unready_home", "discharge")),
}
"""View -> by what it is sorted, downwards or not, and the fields that this rests on; else by waiting."""


def _filters(wanted: WorklistQuery, viewer: Viewer) -> list[ColumnElement[bool]]:
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
    words = [name_begins(word) for word in search_words(text)]
    return and_(*words)


async def _by_stage(
    session: AsyncSession, filters: list[ColumnElement[bool]], by_person: bool
) -> dict[str, int]:
    """How many cases of each stage there are under the filters; those of a newer build's stages too."""
    cases = _of_people(select(CaseRow.stage, func.count()), by_person)
    statement = cases.where(*filters).group_by(CaseRow.stage)
    return dict((await session.execute(statement)).all())


def _stages_of(view: str, there: Iterable[str]) -> tuple[str, ...]:
    """The stages of a view. One that only a newer build has is among the open ones, so that it is seen."""
    newer = (stage for stage in there if stage not in STAGES) if view == "open" else ()
    return (*VIEWS[view][1], *newer)


async def _alerts(session: AsyncSession, case_ids: list[UUID]) -> dict[UUID, int]:
    statement = (
        select(AlertRow.case_id, func.count())
        .where(AlertRow.case_id.in_(case_ids), AlertRow.cleared_at.is_(None))
        .group_by(AlertRow.case_id)
    )
    return dict((await session.execute(statement)).all())


async def _wards(session: AsyncSession, viewer: Viewer) -> tuple[str, ...]:
    """Wards of open cases in each of which the caller may know where somebody lies: one is enough. The index
    is asked for the next such ward, so that not every case is read.
    """
    found = select(literal_column("''").label("ward")).cte("found", recursive=True)
    following = (
        _of_people(select(CaseRow.ward), not viewer.sees_every_place)
        .where(CaseRow.ward > found.c.ward, CaseRow.closed_on.is_(None), viewer.place_open)
        .order_by(CaseRow.ward)
        .limit(1)
    )
    found = found.union_all(select(following.scalar_subquery()).where(found.c.ward.is_not(None)))
    each = await session.scalars(select(found.c.ward))
    return tuple(sorted(ward for ward in each if ward))
