"""Reading a trust's own list by its mapping: whole, or not at all with every fault told by its line."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from functools import lru_cache, partial

from fhir_adapters.listed import Line, LineFault, ListInvalid, lines_of, twice
from fhir_adapters.people.nhs_numbers import check_number
from fhir_adapters.shadow.list_mapping import FIT, NUMBERS, ListMapping, is_reason
from fhir_adapters.shadow.model import COLUMNS, Column, Listed

DATES: tuple[Column, ...] = ("expected_discharge_on", "ready_on")


def read_list(raw: bytes, mapping: ListMapping) -> list[Listed]:
    """The lines of a list. Raises ListInvalid with every fault; no value is repeated in them."""
    there: set[str] = set()
    lines = lines_of(raw, partial(_columns, mapping, there))
    if not lines:
        raise ListInvalid([LineFault(1, "(file)", "the list has a heading and no people")])
    faults = [fault for line in lines for fault in _faults(line, mapping)]
    faults += [fault for number in NUMBERS for fault in twice(lines, number)]
    if faults:
        raise ListInvalid(faults)
    present = [column for column in COLUMNS if column in there]
    return [_listed(line, mapping, present) for line in lines]


def _columns(mapping: ListMapping, there: set[str], heading: list[str]) -> list[str]:
    """Their headings as our columns; headings that the mapping does not name are left out."""
    names = [mapping.column_of(written) for written in heading]
    faults = [
        LineFault(1, written, "this is the second heading for one column: take one out")
        for number, (name, written) in enumerate(zip(names, heading, strict=True))
        if name and name in names[:number]
    ]
    if not any(number in names for number in NUMBERS):
        wanted = " or ".join(mapping.columns[number][0] for number in NUMBERS if mapping.columns.get(number))
        faults.append(LineFault(1, wanted, "add this column, or name it in the mapping"))
    if not any(name in COLUMNS for name in names):
        faults.append(LineFault(1, "(heading)", "no column to compare: name one in the mapping"))
    if faults:
        raise ListInvalid(faults)
    there.update(names)
    return names


def _faults(line: Line, mapping: ListMapping) -> Iterable[LineFault]:
    if not any(line[number] for number in NUMBERS):
        yield line.fault("nhs_number", "give a number of the person")
    if line["nhs_number"] and not check_number(line["nhs_number"]).usable:
        yield line.fault("nhs_number", "this is not a valid NHS number: correct it, or leave it empty")
    for column in DATES:
        if _given(line[column], mapping) and _day(line[column], mapping) is None:
            yield line.fault(column, f"write it as {date(2026, 7, 9).strftime(mapping.dates[0])}")
    if line[FIT] and _yes(line[FIT], mapping) is None and _given(line[FIT], mapping):
        yield line.fault(FIT, f"write {mapping.yes[0]} or {mapping.no[0]}, or leave it empty")


def _listed(line: Line, mapping: ListMapping, present: list[Column]) -> Listed:
    values: dict[Column, str] = {}
    unmapped: set[Column] = set()
    for column in present:
        text = line[column] if _given(line[column], mapping) else ""
        ours = _PUT[column](text, mapping, line) if text else ""
        values[column] = text if ours is None else ours
        if ours is None:
            unmapped.add(column)
    number = check_number(line["nhs_number"]).value if line["nhs_number"] else ""
    return Listed(line.line, number, line["hospital_number"], values, frozenset(unmapped))


def _given(text: str, mapping: ListMapping) -> bool:
    return text.casefold() not in {word.casefold() for word in mapping.nothing}


def _day(text: str, mapping: ListMapping) -> date | None:
    return _as_written(text, mapping.dates)


@lru_cache(maxsize=4096)
def _as_written(text: str, patterns: tuple[str, ...]) -> date | None:
    """A date by the first pattern that fits; a list repeats the same few thousands of times."""
    for pattern in patterns:
        for written in (text, text.partition(" ")[0]):
            try:
                return datetime.strptime(written, pattern).date()  # noqa: DTZ007 - a calendar date
            except ValueError:
                continue
    return None


def _yes(text: str, mapping: ListMapping) -> bool | None:
    word = text.casefold()
    if word in {each.casefold() for each in mapping.yes}:
        return True
    return False if word in {each.casefold() for each in mapping.no} else None


def _date_put(text: str, mapping: ListMapping, _line: Line) -> str:
    return str(_day(text, mapping) or "")


def _ready_put(text: str, mapping: ListMapping, line: Line) -> str:
    """A ready date does not count while the criteria to reside are met."""
    needs_bed = _yes(line[FIT], mapping) if line[FIT] else None
    return "" if needs_bed or not text else _date_put(text, mapping, line)


def _ward_put(text: str, mapping: ListMapping, _line: Line) -> str:
    return _found(text, mapping.wards) or text


def _bed_put(text: str, _mapping: ListMapping, _line: Line) -> str:
    return text


def _reason_put(text: str, mapping: ListMapping, _line: Line) -> str | None:
    return _found(text, mapping.delay_reasons) or (text if is_reason(text) else None)


def _pathway_put(text: str, mapping: ListMapping, _line: Line) -> str | None:
    return _found(text, mapping.pathways) or (text if text in set("0123") else None)


def _found(text: str, words: Mapping[str, str]) -> str:
    return next((ours for word, ours in words.items() if word.casefold() == text.casefold()), "")


_PUT: Mapping[Column, Callable[[str, ListMapping, Line], str | None]] = {
    "ward": _ward_put,
    "bed": _bed_put,
    "expected_discharge_on": _date_put,
    "ready_on": _ready_put,
    "delay_reason": _reason_put,
    "pathway": _pathway_put,
}
"""How each column's text becomes ours; None where the mapping does not know the word."""
