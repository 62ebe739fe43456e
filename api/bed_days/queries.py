"""The bed-days report as a caller may read it: the same figures for the interface, the command and the
page.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ARRAY, ColumnElement, Uuid, any_, literal, select
from sqlalchemy.ext.asyncio import AsyncSession

from api.bed_days.figures import add_up
from api.cases.viewer import viewer_of
from api.looks.notes import looked_at
from api.web.principals import Principal
from discharge.cases.model import SNAPSHOT, Case
from discharge.delays.counted import CountedStays, count_stays, lettings_in
from discharge.delays.released import Counterfactual, counterfactual
from discharge.delays.report import BedDaysReport, bed_days_report
from discharge.delays.stays import Letting, lettings_of, stays_of
from discharge.errors import HomewardError
from discharge.reference.policy import policy_on
from discharge.store.count_anew import UNCOUNTED
from discharge.store.tables import (
    CaseRow,
    Person,
)

REPORT = "bed days report"
"""What the audit calls a look at the figures."""

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


async def bed_days(session: AsyncSession, caller: Principal, asked: BedDaysQuery) -> BedDaysReport:
    """The report over every case that the caller's organisation leads. It names nobody: one look at the
    figures of a period, and at no case (decision 14).
    """
    found = await add_up(session, caller, asked.period)
    if found.uncounted:
        those = any_(literal(list(found.uncounted), ARRAY(Uuid)))  # after an upgrade every case
        rest = await reported_cases(session, caller, CaseRow.id == those)
        found.tally.add(*_counted_here(rest, asked))
    await looked_at(session, caller, f"{REPORT}, {asked.from_on} to {asked.to_on}")
    return bed_days_report(found.tally, *asked.period, asked.against, policy_on(asked.to_on))


async def uncounted_cases(session: AsyncSession, caller: Principal) -> list[ReportedCase]:
    """The cases that are not counted as this version counts: hardly ever any, so that only their index is
    asked whether there are.
    """
    first = select(CaseRow.id).where(UNCOUNTED).order_by(CaseRow.id).limit(1)
    if await session.scalar(first) is None:
        return []
    return await reported_cases(session, caller, UNCOUNTED)


def _counted_here(
    cases: Sequence[ReportedCase], asked: BedDaysQuery
) -> tuple[CountedStays, tuple[Letting, ...]]:
    stays = (stay for each in cases for stay in stays_of(each.case))
    lettings = (let for each in cases for let in lettings_of(each.case))
    return count_stays(stays, *asked.period), lettings_in(lettings, asked.from_on, asked.to_on)


@dataclass(frozen=True)
class ReportedCase:
    """One case behind the figures."""

    case: Case
    family_name: str | None
    given_name: str | None


async def reported_cases(
    session: AsyncSession, caller: Principal, which: ColumnElement[bool]
) -> list[ReportedCase]:
    """Some cases, as the caller may see them, of those that the caller's organisation leads. Whoever shows
    them notes the look.
    """
    statement = select(CaseRow.snapshot, Person).join(Person, Person.id == CaseRow.person_id).where(which)
    viewer = await viewer_of(session, caller)
    every = [(SNAPSHOT.read(snapshot), person) for snapshot, person in await session.execute(statement)]
    return [
        ReportedCase(viewer.case(case, person), person.family_name, person.given_name)
        for case, person in every
        if caller.may_on(case, "reports.read")
    ]
