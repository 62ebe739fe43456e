"""The bed-days report as a caller may read it: the same figures for the interface, the command and the
page.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from api.principals import Principal
from api.reading import lists
from discharge.delays.released import Counterfactual
from discharge.delays.report import (
    BedDaysReport,
    CountedStays,
    bed_days_report,
    count_stays,
    lettings_in,
)
from discharge.delays.stays import Letting, lettings_of, stays_of
from discharge.errors import HomewardError

EVER = date(2020, 1, 1)
"""Before anything that is kept here."""


@dataclass(frozen=True)
class Wanted:
    """A period, both days included, up to today where no end is given; and what released days are compared
    with.
    """

    from_on: date
    to_on: date
    today: date
    against: Counterfactual


@dataclass(frozen=True)
class BedDays:
    """The report, the stays and homes let behind it, and the name of each case's person (family name, given
    name).
    """

    report: BedDaysReport
    stays: CountedStays
    lettings: tuple[Letting, ...]
    names: Mapping[UUID, tuple[str | None, str | None]]


def wanted(from_on: date | None, to_on: date | None, today: date, against: Counterfactual) -> Wanted:
    """What is asked, with the days that were left open. Raises dates-out-of-order."""
    asked = Wanted(from_on or EVER, to_on or today, today, against)
    if asked.from_on > asked.to_on:
        raise HomewardError("dates-out-of-order", where="from_on")
    return asked


async def bed_days(
    session: AsyncSession, caller: Principal, asked: Wanted, what: str = "bed days report"
) -> BedDays:
    """The report over every case that the caller's organisation takes part in; one look at all of them."""
    cases = await lists.reported_cases(session, caller, asked.from_on, what)
    stays = [stay for each in cases for stay in stays_of(each.case)]
    lettings = [let for each in cases for let in lettings_of(each.case)]
    period = (asked.from_on, asked.to_on, asked.today)
    return BedDays(
        report=bed_days_report(stays, lettings, *period, asked.against),
        stays=count_stays(stays, *period),
        lettings=lettings_in(lettings, asked.from_on, asked.to_on),
        names={each.case.case_id: (each.family_name, each.given_name) for each in cases},
    )
