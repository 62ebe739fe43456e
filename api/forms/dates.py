"""A date as people write it into three boxes: 27 3 2026, 27 March 26, 3rd sept 2026."""

from __future__ import annotations

import re
from datetime import date

MONTHS = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip
SHORTEST_NAME = 3
CENTURY = 2000
SHORT_YEAR = 2


def read_date(day: str, month: str, year: str, *, whole_year: bool = False) -> date | None:
    """The day that is meant, or None where it is none.

    A month may be a number or a name, whole or cut after three letters or more; a day may have its ending; a
    year of two digits is one of this century, or none where it has to be whole, as in a date of birth.
    """
    which, in_year = _month(month), _number(year)
    on = _number(re.sub(r"(?i)(?<=\d)(st|nd|rd|th)$", "", day.strip()))
    short = len(year.strip()) == SHORT_YEAR
    if which is None or in_year is None or on is None or (short and whole_year):
        return None
    try:
        return date(in_year + CENTURY if short else in_year, which, on)
    except (ValueError, OverflowError):
        return None


def _month(text: str) -> int | None:
    name = text.strip().rstrip(".").lower()
    if len(name) < SHORTEST_NAME or not name.isalpha():
        return _number(text)
    return next((number for number, month in enumerate(MONTHS, 1) if month.startswith(name)), None)


def _number(text: str) -> int | None:
    digits = text.strip()
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) <= 4 else None
