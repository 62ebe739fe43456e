"""Values of FHIR search parameters: tokens and dates with a prefix. Source: FHIR R4, search."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from discharge.errors import HomewardError

LONDON = ZoneInfo("Europe/London")

_PREFIX = re.compile(r"(eq|ne|gt|lt|ge|le|sa|eb|ap)?(\d.*)")
_AFTER, _BEFORE = frozenset({"gt", "sa"}), frozenset({"lt", "eb"})


def token(value: str) -> tuple[str | None, str]:
    """System and value of a token: no system said is None, `|value` says that there is none."""
    system, bar, rest = value.rpartition("|")
    return (system if bar else None), rest


@dataclass(frozen=True)
class Span:
    """From an instant (included) to another (not included); open where None. `outside` means not within."""

    start: datetime | None
    end: datetime | None
    outside: bool = False


def span(value: str, name: str) -> Span:
    """The instants that a date with a prefix means; London days. Raises search-parameter."""
    match = _PREFIX.fullmatch(value)
    first = _first(match[2]) if match else None
    if match is None or first is None or match[1] == "ap":
        raise HomewardError("search-parameter", detail="a date, with eq, ne, gt, lt, ge or le", where=name)
    start, end = first
    prefix = match[1] or "eq"
    if prefix in _AFTER:
        return Span(end, None)
    if prefix in _BEFORE:
        return Span(None, start)
    if prefix == "ge":
        return Span(start, None)
    return Span(None, end) if prefix == "le" else Span(start, end, outside=prefix == "ne")


def _first(text: str) -> tuple[datetime, datetime] | None:
    """What a year, month, day, minute or second covers."""
    try:
        if re.fullmatch(r"\d{4}", text):
            return _day(date(int(text), 1, 1)), _day(date(int(text) + 1, 1, 1))
        if re.fullmatch(r"\d{4}-\d{2}", text):
            year, month = map(int, text.split("-"))
            return _day(date(year, month, 1)), _day(date(year + month // 12, month % 12 + 1, 1))
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
            day = date.fromisoformat(text)
            return _day(day), _day(day + timedelta(days=1))
        instant = datetime.fromisoformat(text.replace(" ", "+"))
    except (ValueError, OverflowError):
        return None
    at = (instant if instant.tzinfo else instant.replace(tzinfo=LONDON)).astimezone(UTC)
    precision = (
        timedelta(minutes=1) if re.fullmatch(r"[^T]*T\d{2}:\d{2}(?:[Z+-].*)?", text) else _second(text)
    )
    return at, at + precision


def _second(text: str) -> timedelta:
    return timedelta(microseconds=1) if "." in text else timedelta(seconds=1)


def _day(day: date) -> datetime:
    return datetime.combine(day, time(), LONDON).astimezone(UTC)
