"""The bed-days report as a caller may read it: the same figures for the interface, the command and the
page.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from api.bed_days.figures import add_up, each_letting, each_stay
from api.cases.viewer import viewer_of
from api.looks.notes import looked
from api.web.principals import Principal
from discharge.cases.model import SNAPSHOT, Case
from discharge.delays.counted import CountedStays, count_stays, lettings_in, sorted_out
from discharge.delays.released import Counterfactual, counterfactual
from discharge.delays.report import BedDaysReport, bed_days_report
from discharge.delays.stays import Letting, Stay, lettings_of, stays_of
from discharge.errors import HomewardError
from discharge.reference.policy import policy_on
from discharge.store.count_anew import UNCOUNTED
from discharge.store.tables import (
    CaseRow,
    Person,
)

REPORT = "bed days report"
BEHIND = "people behind a figure of the bed days report"
"""What the audit calls a look at the figures, and at the people behind one of them."""

Kind = Literal["ended", "waiting", "lettings"]
"""What a figure is of: stays that ended, people who wait, or homes let."""

EVER = date(2020, 1, 1)
"""Before anything that is kept here."""


@dataclass(frozen=True)
class BedDaysQuery:
    """A period, both days included, up to today where no end is given; and what released days are compared
    with.
    """

    from_on: date
    to_on: date
    today: date
    against: Counterfactual

    @property
    def period(self) -> tuple[date, date, date]:
        """First day, last day, and the day on which people still wait."""
        return self.from_on, self.to_on, self.today


@dataclass(frozen=True)
class People:
    """The stays and homes let behind a report, each with its numbers."""

    stays: CountedStays
    lettings: tuple[Letting, ...]


@dataclass(frozen=True)
class Details:
    """What a page says of some of them: the stays by case and number, and each person's name (family,
    given).
    """

    stays: Mapping[tuple[UUID, int], Stay]
    names: Mapping[UUID, tuple[str | None, str | None]]


def wanted(from_on: date | None, to_on: date | None, today: date, against: str) -> BedDaysQuery:
    """What is asked, with the days that were left open. Raises dates-out-of-order, code-not-in-value-set."""
    compared = counterfactual(against, compared_on(to_on, today))
    asked = BedDaysQuery(from_on or EVER, to_on or today, today, compared)
    if asked.from_on > asked.to_on:
        raise HomewardError("dates-out-of-order", where="from_on")
    return asked


def compared_on(to_on: date | None, today: date) -> date:
    """Return the day whose comparisons can be chosen: the last day of the period, today at the latest."""
    return min(to_on or today, today)


async def bed_days(
    session: AsyncSession, caller: Principal, asked: BedDaysQuery, what: str = REPORT
) -> BedDaysReport:
    """The report over every case that the caller's organisation leads; one look at all of them.

    PostgreSQL adds up what is counted; a case that is not counted as this version counts is read by itself.
    """
    uncounted = await _uncounted(session, caller, asked)
    ids = [each.case.case_id for each in uncounted]
    tally = await add_up(session, caller, asked.period, ids, what)
    if uncounted:
        await looked(session, caller, what, ids)
    rest = _people(uncounted, asked)
    tally.add(rest.stays, rest.lettings)
    return bed_days_report(tally, *asked.period, asked.against, policy_on(asked.to_on))


async def people(session: AsyncSession, caller: Principal, asked: BedDaysQuery, kind: Kind) -> People:
    """Who is behind figures of one kind, which were read as a look at them (`BEHIND`): from what the figures
    are added up from, and from the cases that are not counted as this version counts.
    """
    uncounted = await _uncounted(session, caller, asked)
    ids = [each.case.case_id for each in uncounted]
    rest, period = _people(uncounted, asked), asked.period
    if kind == "lettings":
        lettings = await each_letting(session, caller, period, ids)
        return People(sorted_out(()), (*lettings, *rest.lettings))
    waiting = kind == "waiting"
    counted = await each_stay(session, caller, period, ids, waiting=waiting)
    more = rest.stays.waiting if waiting else (*rest.stays.left, *rest.stays.died)
    return People(sorted_out((*counted, *more)), ())


async def _uncounted(session: AsyncSession, caller: Principal, asked: BedDaysQuery) -> list[ReportedCase]:
    """The cases that are not counted as this version counts: hardly ever any, so that only their index is
    asked whether there are.
    """
    first = select(CaseRow.id).where(UNCOUNTED).order_by(CaseRow.id).limit(1)
    if await session.scalar(first) is None:
        return []
    return await reported_cases(session, caller, asked.from_on, UNCOUNTED)


async def details(
    session: AsyncSession, caller: Principal, asked: BedDaysQuery, case_ids: Collection[UUID]
) -> Details:
    """What a page says of the people of some cases."""
    some = CaseRow.id.in_(case_ids)
    cases = await reported_cases(session, caller, asked.from_on, some) if case_ids else []
    stays = (stay for each in cases for stay in stays_of(each.case))
    return Details(
        stays={(stay.case_id, stay.number): stay for stay in stays},
        names={each.case.case_id: (each.family_name, each.given_name) for each in cases},
    )


def _people(cases: Sequence[ReportedCase], asked: BedDaysQuery) -> People:
    stays = (stay for each in cases for stay in stays_of(each.case))
    lettings = (let for each in cases for let in lettings_of(each.case))
    return People(
        stays=count_stays(stays, *asked.period),
        lettings=lettings_in(lettings, asked.from_on, asked.to_on),
    )


@dataclass(frozen=True)
class ReportedCase:
    """One case behind the figures."""

    case: Case
    family_name: str | None
    given_name: str | None


async def reported_cases(
    session: AsyncSession, caller: Principal, from_on: date, *only: ColumnElement[bool]
) -> list[ReportedCase]:
    """Every case that may count in a period that begins on a day: open ones and those closed since, of those
    that the caller's organisation leads. Whoever shows them notes the look.
    """
    statement = (
        select(CaseRow.snapshot, Person)
        .join(Person, Person.id == CaseRow.person_id)
        .where(or_(CaseRow.closed_on.is_(None), CaseRow.closed_on >= from_on), *only)
    )
    viewer = await viewer_of(session, caller)
    every = [(SNAPSHOT.read(snapshot), person) for snapshot, person in await session.execute(statement)]
    return [
        ReportedCase(viewer.case(case, person), person.family_name, person.given_name)
        for case, person in every
        if caller.may_on(case, "reports.read")
    ]
