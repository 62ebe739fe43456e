"""What is in force: of addresses, names and numbers the one that holds today, whatever their order.

What has ended (`period.end`, `use: old`) or has not begun is not taken for what is in force. A FHIR date may
be a year or a month alone: it has ended once its last day has passed.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from discharge.clocks import london_date

ENDED_USES = frozenset({"old"})
_PARTIAL = re.compile(r"(\d{4})(?:-(\d{2}))?")


def in_force(items: Iterable[Any] | None, today: date) -> list[Any]:
    """Those that hold on the London day `today`, the one that began last first; others keep their order."""
    held = [each for each in items or [] if each is not None and holds(each, today)]
    return sorted(held, key=_began, reverse=True)


def holds(item: Any, today: date) -> bool:
    """Whether an address, name, number or contact is in force on a day."""
    if getattr(item, "use", None) in ENDED_USES:
        return False
    period = getattr(item, "period", None)
    start, end = _days(period.start if period else None), _days(period.end if period else None)
    return not (end and end[1] < today) and not (start and start[0] > today)


def _began(item: Any) -> date:
    period = getattr(item, "period", None)
    start = _days(period.start) if period else None
    return start[0] if start else date.min


def _days(value: object) -> tuple[date, date] | None:
    """The first and last London day that a FHIR date means."""
    if isinstance(value, datetime):
        day = london_date(value) if value.tzinfo else value.date()
        return day, day
    if isinstance(value, date):
        return value, value
    match = _PARTIAL.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        return None
    year, month = int(match[1]), int(match[2] or 0)
    if not 1 <= year <= date.max.year or month > date.max.month:
        return None
    last = month or date.max.month
    return date(year, month or 1, 1), date(year, last, monthrange(year, last)[1])
