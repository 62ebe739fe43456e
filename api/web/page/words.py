"""Dates, numbers and codes as people read them. Dates are London calendar dates; instants are shown in
London time.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from discharge import calendar
from discharge.clocks import CaseClock, london

NO_BREAK = "\u00a0"
DASH = "\u2013"


def day(value: date | None, missing: str = "Not known") -> str:
    """3 March 2026."""
    return f"{value.day} {value:%B %Y}" if value else missing


def short_day(value: date | None, missing: str = DASH, today: date | None = None) -> str:
    """Tue 3 Mar; with its year where ``today`` is in another one."""
    return calendar.short_day(value, today) if value else missing


def moment(value: datetime | None, missing: str = DASH) -> str:
    """3 March 2026, 14:05 (London)."""
    if value is None:
        return missing
    here = london(value)
    return f"{here.day} {here:%B %Y}, {here:%H:%M}"


def machine_time(value: datetime | None, missing: str = DASH) -> str:
    """3 March 2026, 14:05:09 GMT (London), to the second: by it people look into logs."""
    if value is None:
        return missing
    here = london(value)
    return f"{here.day} {here:%B %Y}, {here:%H:%M:%S} {here:%Z}"


def short_machine_time(value: datetime) -> str:
    """3 Mar 2026, 14:05:09 GMT (London), for lists."""
    here = london(value)
    return f"{here.day} {here:%b %Y, %H:%M:%S} {here:%Z}"


def clock_time(value: datetime) -> str:
    """14:05 (London)."""
    return f"{london(value):%H:%M}"


def nhs_number(value: str | None, missing: str = "Not known") -> str:
    """999 123 4567, never broken across lines."""
    if not value:
        return missing
    return NO_BREAK.join((value[:3], value[3:6], value[6:])) if len(value) == 10 else value


def count(number: int, one: str, many: str | None = None) -> str:
    """1 night, 2 nights."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def part_of(before: int, shown: int, total: int, one: str, many: str | None = None) -> str:
    """26 to 50 of 150 nights; or how many there are, where all of them are shown."""
    every = count(total, one, many)
    return every if shown == total else f"{before + 1:,} to {before + shown:,} of {every}"


def from_code(code: str | None, missing: str = DASH) -> str:
    """A code that has no label of its own, readable."""
    return code.replace("-", " ").capitalize() if code else missing


def shortened(text: str, most: int) -> str:
    """At most so many letters of a text, cut between words; that it is cut is said by three dots."""
    if len(text) <= most:
        return text
    head, _, _ = text[:most].rpartition(" ")
    return f"{head or text[:most]} …"


def age(born: date | None, today: date) -> str:
    """Completed years."""
    if born is None:
        return "age not known"
    years = today.year - born.year - ((today.month, today.day) < (born.month, born.day))
    return f"{years} years old" if years != 1 else "1 year old"


def ago(then: datetime | None, now: datetime) -> str:
    """How long ago, roughly."""
    if then is None:
        return "never"
    seconds = int((now - then).total_seconds())
    if seconds < 60:
        return "less than a minute ago"
    for size, name in ((86_400, "day"), (3_600, "hour"), (60, "minute")):
        if seconds >= size:
            return f"{count(seconds // size, name)} ago"
    return "just now"


def full_name(family: str | None, given: str | None) -> str:
    """ASHDOWN, Edith: the family name first and in capitals, as ward lists have it."""
    parts = [part for part in ((family or "").upper(), given or "") if part]
    return ", ".join(parts) or "Name not known"


def spoken_name(family: str | None, given: str | None) -> str:
    """Edith Ashdown, for the middle of a sentence."""
    return " ".join(part for part in (given, family) if part) or "this person"


def case_time_words(clock: CaseClock, wall: datetime) -> str:
    """The line that says that time runs differently here; nothing where it does not."""
    if clock.factor == 1.0:
        return ""
    now = clock.case_time(wall)
    seconds = 86_400 / clock.factor
    length = f"{seconds:g} s" if seconds < 120 else f"{seconds / 60:g} min"
    return f"Case time: {short_day(london(now).date())} {london(now):%Y, %H:%M}. A day passes in {length}."


FILTERS: dict[str, Callable[..., Any]] = {
    "day": day,
    "short_day": short_day,
    "moment": moment,
    "clock_time": clock_time,
    "nhs_number": nhs_number,
    "count": count,
    "from_code": from_code,
}
