"""Birth dates that stand for "not known": they say nothing of anybody, for a match or against one.

A feed profile may name more (`placeholder_dates`), such as the first day of a system's own calendar.
"""

from datetime import date

PLACEHOLDER_DATES = frozenset(
    {
        date(1, 1, 1),
        date(1582, 10, 15),
        date(1753, 1, 1),
        date(1800, 1, 1),
        date(1840, 12, 31),
        date(1850, 1, 1),
        date(1858, 11, 17),
        date(1899, 12, 30),
        date(1899, 12, 31),
        date(1900, 1, 1),
        date(1900, 1, 2),
        date(1901, 1, 1),
        date(2999, 12, 31),
        date(3000, 1, 1),
        date(4712, 12, 31),
        date(9999, 12, 31),
    }
)
"""The first and last days of calendars of databases and spreadsheets (SQL Server, MUMPS, VMS, Excel, Oracle),
and what patient systems fill in. None is the birthday of anybody alive. House list.
"""


def is_placeholder(day: date | None) -> bool:
    """Whether a date stands for "not known"."""
    return day in PLACEHOLDER_DATES


def known_birth_date(day: date | None) -> date | None:
    """The date, or None where it stands for "not known"."""
    return None if day in PLACEHOLDER_DATES else day
