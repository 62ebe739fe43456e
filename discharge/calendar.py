"""Working days in England, and dates as people say them.

A working day is Monday to Friday and no bank holiday. Published bank holidays are data (`discharge.codes`);
for years that are not published yet they follow from the Banking and Financial Dealings Act 1971 and the
customary proclamations, so that no deadline fails for want of a list.
"""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from functools import lru_cache
from itertools import count, islice

from discharge.clocks import london
from discharge.codes.bank_holidays import BANK_HOLIDAYS

DAY = timedelta(days=1)
SATURDAY = 5
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

_PUBLISHED = frozenset(day for day, _ in BANK_HOLIDAYS)
_PUBLISHED_YEARS = frozenset(day.year for day in _PUBLISHED)


def easter(year: int) -> date:
    """Return Easter Sunday in the Gregorian calendar (the anonymous algorithm of 1876)."""
    golden, century, rest = year % 19, year // 100, year % 100
    shift = (19 * golden + century - century // 4 - (century - (century + 8) // 25 + 1) // 3 + 15) % 30
    weekday = (32 + 2 * (century % 4) + 2 * (rest // 4) - shift - rest % 4) % 7
    late = (golden + 11 * shift + 22 * weekday) // 451
    month, day = divmod(shift + weekday - 7 * late + 114, 31)
    return date(year, month, day + 1)


def _first_monday_from(day: date) -> date:
    return day + timedelta(days=-day.weekday() % 7)


def _moved_off_weekends(days: list[date]) -> set[date]:
    """Each day, or the next weekday that none of the others has taken."""
    taken: set[date] = set()
    for day in days:
        later = (day + timedelta(days=n) for n in count())
        taken.add(next(free for free in later if free.weekday() < SATURDAY and free not in taken))
    return taken


@lru_cache(maxsize=256)
def holidays_by_rule(year: int) -> frozenset[date]:
    """Return the bank holidays of a year without special proclamations, substitute days included."""
    sunday = easter(year)
    mondays = {
        _first_monday_from(date(year, 5, 1)),
        _first_monday_from(date(year, 5, 25)),
        _first_monday_from(date(year, 8, 25)),
    }
    fixed = _moved_off_weekends([date(year, 1, 1), date(year, 12, 25), date(year, 12, 26)])
    return frozenset({sunday - 2 * DAY, sunday + DAY} | mondays | fixed)


def is_bank_holiday(day: date) -> bool:
    """Whether a date is a bank holiday: by the published list, else by rule."""
    return day in (_PUBLISHED if day.year in _PUBLISHED_YEARS else holidays_by_rule(day.year))


def is_working_day(day: date) -> bool:
    """Whether a date is Monday to Friday and no bank holiday."""
    return day.weekday() < SATURDAY and not is_bank_holiday(day)


def _working_days_from(day: date, step: timedelta) -> Iterator[date]:
    while True:
        day += step
        if is_working_day(day):
            yield day


def add_working_days(day: date, number: int) -> date:
    """Return the date `number` working days after `day` (before it, when negative), not counting `day`.

    With 0 it is `day`, whatever day that is.
    """
    if not number:
        return day
    step = DAY if number > 0 else -DAY
    return next(islice(_working_days_from(day, step), abs(number) - 1, None))


def short_day(day: date) -> str:
    """Return a near date as people say it, "Thu 12 Mar", whatever the language of the machine."""
    return f"{WEEKDAYS[day.weekday()]} {day.day} {MONTHS[day.month - 1]}"


def spoken_day(day: date) -> str:
    """Return a date with its year, "Thu 12 Mar 2026"."""
    return f"{short_day(day)} {day.year}"


def spoken_moment(instant: datetime) -> str:
    """Return an instant in London, "Thu 12 Mar 2026 at 14:05"."""
    here = london(instant)
    return f"{spoken_day(here.date())} at {here:%H:%M}"
