"""Comparisons with a trust's own list: the days, and the differences of one day, each look noted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from api.looks.notes import PURPOSES, who
from api.web.paging import Page
from api.web.principals import Principal
from discharge.errors import HomewardError
from discharge.store import audit
from discharge.store.tables import Person
from fhir_adapters.store.message_search import UNASSIGNED
from fhir_adapters.store.tables import Feed, ShadowDifferenceRow, ShadowListRow

MOST_DAYS = 90


@dataclass(frozen=True)
class Day:
    """One day's comparison and the code of its feed."""

    row: ShadowListRow
    feed: str


@dataclass(frozen=True)
class ListQuery:
    """Which differences to show; empty for all."""

    kind: str = ""
    column: str = ""
    cause: str = ""


@dataclass(frozen=True)
class OpenedDay:
    """A day with a page of those of its differences that were asked for, the people's names, and counts by
    cause. `total` counts all of the day, `fitting` those that were asked for, on all pages.
    """

    day: Day
    differences: Sequence[ShadowDifferenceRow]
    names: dict[UUID, str]
    causes: dict[str, int]
    total: int
    fitting: int


async def days(session: AsyncSession, feed: str = "", offset: int = 0, size: int = MOST_DAYS) -> list[Day]:
    """The newest days first, of one feed or of all that the caller's organisation has."""
    statement = select(ShadowListRow, Feed.code).join(Feed, Feed.id == ShadowListRow.feed_id)
    if feed:
        statement = statement.where(Feed.code == feed)
    newest = statement.order_by(ShadowListRow.day.desc(), Feed.code).offset(offset).limit(size)
    return [Day(row, code) for row, code in await session.execute(newest)]


async def own_feeds(session: AsyncSession, caller: Principal) -> list[str]:
    """The HL7 v2 feeds of the caller's organisation."""
    own = (
        Feed.organisation_id == caller.organisation_id,
        Feed.protocol == "hl7v2",
        Feed.code != UNASSIGNED,
    )
    return list(await session.scalars(select(Feed.code).where(*own).order_by(Feed.code)))


async def open_day(
    session: AsyncSession, caller: Principal, list_id: UUID, wanted: ListQuery, page: Page
) -> OpenedDay:
    """One page of a day's differences; the look is noted. Raises not-found."""
    found = (
        await session.execute(
            select(ShadowListRow, Feed.code)
            .join(Feed, Feed.id == ShadowListRow.feed_id)
            .where(ShadowListRow.id == list_id)
        )
    ).one_or_none()
    if found is None:
        raise HomewardError("not-found")
    row, code = found
    causes = await _causes(session, list_id)
    fitting = _of(list_id, wanted)
    in_order = fitting.order_by(ShadowDifferenceRow.ordinal)
    shown = (await session.scalars(in_order.offset(page.offset).limit(page.size))).all()
    await _noted(session, caller, row, shown)
    return OpenedDay(
        day=Day(row, code),
        differences=shown,
        names=await _names(session, {each.person_id for each in shown if each.person_id}),
        causes=causes,
        total=sum(causes.values()),
        fitting=await _number(session, fitting, wanted, causes),
    )


async def _number(
    session: AsyncSession, fitting: Select[ShadowDifferenceRow], wanted: ListQuery, causes: dict[str, int]
) -> int:
    """How many differences were asked for: the counts by cause say so, unless there is another filter."""
    if not (wanted.kind or wanted.column):
        return causes.get(wanted.cause, 0) if wanted.cause else sum(causes.values())
    return await session.scalar(fitting.with_only_columns(func.count())) or 0


async def _causes(session: AsyncSession, list_id: UUID) -> dict[str, int]:
    """How many differences of a day have each cause."""
    of_day = select(ShadowDifferenceRow.cause, func.count()).where(ShadowDifferenceRow.list_id == list_id)
    counted = await session.execute(of_day.group_by(ShadowDifferenceRow.cause))
    return {cause: count for cause, count in counted}  # noqa: C416 - a row is no pair to mypy


def _of(list_id: UUID, wanted: ListQuery) -> Select[ShadowDifferenceRow]:
    row = ShadowDifferenceRow
    asked = ((wanted.kind, row.kind), (wanted.column, row.column), (wanted.cause, row.cause))
    fitting = [column == want for want, column in asked if want]
    return select(row).where(row.list_id == list_id, *fitting)


async def _noted(
    session: AsyncSession, caller: Principal, row: ShadowListRow, shown: Sequence[ShadowDifferenceRow]
) -> None:
    """Also where nobody is known to us: their numbers were shown all the same."""
    await audit.note_read(
        session,
        who(caller),
        f"comparison with the trust's list of {row.day}",
        purpose=PURPOSES.get(caller.role, "running-the-service"),
        case_ids={each.case_id for each in shown if each.case_id},
        person_ids={each.person_id for each in shown if each.person_id},
    )


async def _names(session: AsyncSession, people: set[UUID]) -> dict[UUID, str]:
    rows = await session.execute(
        select(Person.id, Person.family_name, Person.given_name).where(Person.id.in_(people))
    )
    return {
        person_id: ", ".join(part for part in ((family or "").upper(), given) if part)
        for person_id, family, given in rows
    }
