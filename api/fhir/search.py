"""What a FHIR search asks for: each parameter understood, or refused by its name.

An unknown parameter that is passed over answers a question that nobody asked; one that finds nothing because
nobody looks says that there is nothing. Both are refused. Values of one parameter, divided by commas, are
alternatives; parameters, repeated or not, all hold. Source: FHIR R4, search.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from urllib.parse import parse_qsl

from api.fhir.model import COUNT, FORMAT, OFFSET, FhirSearch, ResourceType, SearchCondition
from api.web.paging import SIZE
from discharge.errors import HomewardError

MOST_A_PAGE = 200
MOST_VALUES = 50
MOST_OFFSET = 1_000_000
FORMATS = frozenset({"json", "application/json", "application/fhir+json", "text/json"})

_UNESCAPED_COMMA = re.compile(r"(?<!\\),")


def asked(kind: ResourceType, query: str) -> FhirSearch:
    """The search in the query of an address. Raises search-parameter naming one that is not looked at."""
    given = parse_qsl(query, keep_blank_values=True)
    known = kind.names
    single = {name: value for name, value in given if name in (COUNT, OFFSET, FORMAT)}
    conditions = []
    for name, value in given:
        if name in single:
            continue
        if name not in known:
            raise _unknown(name, kind)
        conditions.append(SearchCondition(known[name], name, _values(name, value)))
    if single.get(FORMAT, "json") not in FORMATS:
        raise HomewardError("not-acceptable", where=FORMAT)
    return FhirSearch(
        kind,
        tuple(conditions),
        min(_number(single, COUNT, SIZE, MOST_A_PAGE), MOST_A_PAGE),
        _number(single, OFFSET, 0, MOST_OFFSET),
    )


def _unknown(name: str, kind: ResourceType) -> HomewardError:
    shown = name if re.fullmatch(r"[A-Za-z_:.-]{1,64}", name) else "parameter"
    known = ", ".join(sorted((*kind.names, COUNT)))
    return HomewardError("search-parameter", detail=f"{shown} is not known; one of: {known}", where=shown)


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


def addresses(base: str, search: FhirSearch, total: int) -> Sequence[tuple[str, str]]:
    """The links of an answer: what was looked for, and the pages beside it."""
    at = f"{base}/{search.kind.name}?"
    links = [("self", at + search.query(search.offset))]
    if search.count and search.offset + search.count < total:
        links.append(("next", at + search.query(search.offset + search.count)))
    if search.count and search.offset:
        links.append(("previous", at + search.query(max(0, search.offset - search.count))))
    return links
