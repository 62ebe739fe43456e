"""What a FHIR search asks for: each parameter understood, or refused by its name.

An unknown parameter that is passed over answers a question that nobody asked; one that finds nothing because
nobody looks says that there is nothing. Both are refused. Values of one parameter, divided by commas, are
alternatives; parameters, repeated or not, all hold. Source: FHIR R4, search.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from types import MappingProxyType
from urllib.parse import parse_qsl, urlencode
from zoneinfo import ZoneInfo

from discharge.errors import HomewardError

PAGE = 50
MOST_A_PAGE = 200
MOST_VALUES = 50
MOST_OFFSET = 1_000_000
COUNT, OFFSET, FORMAT = "_count", "_offset", "_format"
FORMATS = frozenset({"json", "application/json", "application/fhir+json", "text/json"})
LONDON = ZoneInfo("Europe/London")

PERSON = ("patient", "subject")
_PERSON_FORMS = frozenset(
    name for each in PERSON for name in (each, f"{each}:Patient", f"{each}:identifier", f"{each}.identifier")
)
PARAMETERS: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "ServiceRequest": frozenset({"_id", "_lastUpdated", "identifier", "status", *_PERSON_FORMS}),
        "Task": frozenset({"_id", "_lastUpdated", "focus", "focus:ServiceRequest", "status", *_PERSON_FORMS}),
        "DocumentReference": frozenset({"_id", *_PERSON_FORMS}),
    }
)
"""Type -> every parameter that is looked at, besides the size, place and format of the answer."""

_PREFIX = re.compile(r"(eq|ne|gt|lt|ge|le|sa|eb|ap)?(\d.*)")
_AFTER, _BEFORE = frozenset({"gt", "sa"}), frozenset({"lt", "eb"})
_UNESCAPED_COMMA = re.compile(r"(?<!\\),")


@dataclass(frozen=True)
class Asked:
    """A search: the values of each condition, and which part of what is found is wanted."""

    resource_type: str
    conditions: tuple[tuple[str, tuple[str, ...]], ...]
    count: int = PAGE
    offset: int = 0

    def query(self, offset: int) -> str:
        """The parameters that were used, for the links of the answer, from another place of the list on."""
        used = [
            (name, ",".join(each.replace(",", r"\,") for each in values)) for name, values in self.conditions
        ]
        return urlencode([*used, (COUNT, str(self.count)), *([(OFFSET, str(offset))] if offset else [])])


def asked(resource_type: str, query: str) -> Asked:
    """The search in the query of an address. Raises invalid-body naming a parameter that is not looked at."""
    given = parse_qsl(query, keep_blank_values=True)
    known = PARAMETERS[resource_type]
    single = {name: value for name, value in given if name in (COUNT, OFFSET, FORMAT)}
    conditions = []
    for name, value in given:
        if name in single:
            continue
        if name not in known:
            raise _unknown(name, resource_type)
        conditions.append((name, _values(name, value)))
    if single.get(FORMAT, "json") not in FORMATS:
        raise HomewardError("not-acceptable", where=FORMAT)
    return Asked(
        resource_type,
        tuple(conditions),
        min(_number(single, COUNT, PAGE, MOST_A_PAGE), MOST_A_PAGE),
        _number(single, OFFSET, 0, MOST_OFFSET),
    )


def _unknown(name: str, resource_type: str) -> HomewardError:
    shown = name if re.fullmatch(r"[A-Za-z_:.-]{1,64}", name) else "parameter"
    known = ", ".join(sorted((*PARAMETERS[resource_type], COUNT)))
    return HomewardError("search-parameter", detail=f"{shown} is not looked at; one of: {known}", where=shown)


def _values(name: str, value: str) -> tuple[str, ...]:
    found = tuple(each.replace(r"\,", ",").strip() for each in _UNESCAPED_COMMA.split(value))
    if not all(found):
        raise HomewardError("search-parameter", detail=f"{name} has no value", where=name)
    if len(found) > MOST_VALUES:
        raise HomewardError("limits", detail=f"at most {MOST_VALUES} values", where=name)
    return found


def _number(given: Mapping[str, str], name: str, default: int, most: int) -> int:
    text = given.get(name)
    if text is None:
        return default
    if not text.isdecimal() or len(text) > 9 or (name == OFFSET and int(text) > most):
        raise HomewardError("search-parameter", detail=f"{name} is a whole number", where=name)
    return int(text)


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


def addresses(base: str, search: Asked, total: int) -> Sequence[tuple[str, str]]:
    """The links of an answer: what was looked for, and the pages beside it."""
    at = f"{base}/{search.resource_type}?"
    links = [("self", at + search.query(search.offset))]
    if search.count and search.offset + search.count < total:
        links.append(("next", at + search.query(search.offset + search.count)))
    if search.count and search.offset:
        links.append(("previous", at + search.query(max(0, search.offset - search.count))))
    return links
