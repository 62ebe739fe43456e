"""Alerts whose cause still holds, across the cases of the caller: sorted before they are cut, and paged."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, Select, case, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from api.cases.viewer import viewer_of
from api.looks.notes import looked
from api.web.paging import COUNTED_TO, SIZE, written_out
from api.web.principals import Principal
from discharge.cases.model import SNAPSHOT
from discharge.risk.levels import LEVELS
from discharge.store.tables import AlertRow, CaseRow, Person

_LOUDNESS = case(
    {level: place for place, level in enumerate(LEVELS)}, value=AlertRow.level, else_=len(LEVELS)
)


@dataclass(frozen=True)
class AlertQuery:
    """Which alerts: of one owner, of one level, only those that nobody has taken on; and which page."""

    owner_role: str = ""
    level: str = ""
    waiting: bool = False
    page: int = 1
    size: int = SIZE


@dataclass(frozen=True)
class OpenAlert:
    """One alert with the person it is about."""

    alert: AlertRow
    case_id: UUID
    version: int
    stage: str
    ward: str | None
    family_name: str | None
    given_name: str | None


@dataclass(frozen=True)
class Alerts:
    """One page of alerts, and how many there are in all."""

    rows: tuple[OpenAlert, ...]
    total: int


async def open_alerts(session: AsyncSession, caller: Principal, wanted: AlertQuery) -> Alerts:
    """Those that nobody has taken on first, the loudest, then the oldest. A page is noted as one look."""
    held = _held(wanted)
    total = await session.scalar(select(func.count()).select_from(AlertRow).where(*held)) or 0
    found = (await session.execute(_page(wanted, held))).all()
    await looked(session, caller, "alerts", {row.id for _, row, _ in found})
    viewer = await viewer_of(session, caller)
    rows = (
        OpenAlert(
            alert,
            row.id,
            row.version,
            row.stage,
            row.ward if viewer.sees_place(SNAPSHOT.read(row.snapshot), person) else None,
            person.family_name,
            person.given_name,
        )
        for alert, row, person in found
    )
    return Alerts(tuple(rows), total)


def _page(wanted: AlertQuery, held: list[ColumnElement[bool]]) -> Select[AlertRow, CaseRow, Person]:
    """The alerts of one page with their people, chosen before the people are looked at: whoever sees a case
    sees its person, and PostgreSQL would ask so of every alert there is.
    """
    order = (AlertRow.acknowledged_at.is_not(None), _LOUDNESS, AlertRow.raised_at, AlertRow.id)
    chosen = select(AlertRow.id).where(*held).order_by(*order).limit(written_out(wanted.size))
    page = chosen.offset(written_out((wanted.page - 1) * wanted.size)).subquery()
    return (
        select(AlertRow, CaseRow, Person)
        .join(page, page.c.id == AlertRow.id)
        .join(CaseRow, CaseRow.id == AlertRow.case_id)
        .join(Person, Person.id == CaseRow.person_id)
        .order_by(*order)
    )


def _held(wanted: AlertQuery) -> list[ColumnElement[bool]]:
    held: list[ColumnElement[bool]] = [AlertRow.cleared_at.is_(None)]
    if wanted.owner_role:
        held.append(AlertRow.owner_role == wanted.owner_role)
    if wanted.level:
        held.append(AlertRow.level == wanted.level)
    if wanted.waiting:
        held.append(AlertRow.acknowledged_at.is_(None))
    return held


async def count_alerts(session: AsyncSession, role: str) -> int:
    """How many alerts wait for somebody in a role to take them on, counted to `COUNTED_TO` and one."""
    waiting = select(AlertRow.id).where(*_held(AlertQuery(owner_role=role, waiting=True)))
    some = waiting.limit(COUNTED_TO + 1).subquery()
    return await session.scalar(select(func.count()).select_from(some)) or 0
