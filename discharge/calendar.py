"""Working days of each nation, and dates as people say them.

A working day is Monday to Friday and no bank holiday. Bank holidays are those of the `holidays` package,
which knows the proclaimed ones and works out the years that are not published yet.
"""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from functools import lru_cache
from itertools import islice
from types import MappingProxyType
from typing import Literal

from holidays.countries.united_kingdom import UnitedKingdom

from discharge.clocks import london

Nation = Literal["england", "wales", "scotland", "northern-ireland"]
ENGLAND: Nation = "england"
_SUBDIVISIONS = MappingProxyType(
    {"england": "ENG", "wales": "WLS", "scotland": "SCT", "northern-ireland": "NIR"}
)

DAY = timedelta(days=1)
SATURDAY = 5
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@lru_cache(maxsize=512)
def bank_holidays(year: int, nation: Nation = ENGLAND) -> frozenset[date]:
    """Return the bank holidays of a year, substitute days included."""
    known = UnitedKingdom(subdiv=_SUBDIVISIONS[nation], years=year)  # type: ignore[no-untyped-call]
    return frozenset(known)


def is_bank_holiday(day: date, nation: Nation = ENGLAND) -> bool:
    """Whether a date is a bank holiday of a nation."""
    return day in bank_holidays(day.year, nation)


def is_working_day(day: date, nation: Nation = ENGLAND) -> bool:
    """Whether a date is Monday to Friday and no bank holiday."""
    return day.weekday() < SATURDAY and not is_bank_holiday(day, nation)


def _working_days_from(day: date, step: timedelta, nation: Nation) -> Iterator[date]:
    while True:
        day += step
        if is_working_day(day, nation):
            yield day


def add_working_days(day: date, number: int, nation: Nation = ENGLAND) -> date:
    """Return the date `number` working days after `day` (before it, when negative), not counting `day`.

    With 0 it is `day`, whatever day that is.
    """
    if not number:
        return day
    step = DAY if number > 0 else -DAY
    return next(islice(_working_days_from(day, step, nation), abs(number) - 1, None))


def short_day(day: date, today: date | None = None) -> str:
    """Return a date as people say it, "Thu 12 Mar", whatever the language of the machine; where ``today`` is
    in another year, with its year.
    """
    short = f"{WEEKDAYS[day.weekday()]} {day.day} {MONTHS[day.month - 1]}"
    return short if today is None or today.year == day.year else f"{short} {day.year}"


def spoken_day(day: date) -> str:
    """Return a date with its year, "Thu 12 Mar 2026"."""
    return f"{short_day(day)} {day.year}"


def spoken_moment(instant: datetime) -> str:
    """Return an instant in London, "Thu 12 Mar 2026 at 14:05"."""
    here = london(instant)
    return f"{spoken_day(here.date())} at {here:%H:%M}"
