"""Lists that a trust gives as CSV: read whole or not at all, with every fault told by its line.

UTF-8 or Windows-1252, with a heading; commas or semicolons. A fault names line, column and what to do, and
never repeats a value.
"""

import csv
import io
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from fhir_adapters.hl7v2.parse.text import decode

MOST_LINES = 20_000


@dataclass(frozen=True, slots=True)
class LineFault:
    """One fault: the line of the file (the heading is 1), the column, and what to do. No value is
    repeated.
    """

    line: int
    column: str
    words: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.column}: {self.words}"


class ListInvalid(ValueError):
    """A file with faults; nothing of it was taken."""

    def __init__(self, faults: Iterable[LineFault]) -> None:
        self.faults = sorted(faults, key=lambda fault: fault.line)
        super().__init__("\n".join(str(fault) for fault in self.faults))


@dataclass(frozen=True, slots=True)
class Line:
    """One filled line; a column that is not there is empty."""

    line: int
    values: dict[str, str]

    def __getitem__(self, column: str) -> str:
        return self.values.get(column, "")

    def fault(self, column: str, words: str) -> LineFault:
        """A fault of this line."""
        return LineFault(self.line, column, words)


def lines_of(raw: bytes, columns: Callable[[list[str]], list[str]]) -> list[Line]:
    """The filled lines. `columns` turns the heading as written into names ("" for a column to leave out) and
    raises ListInvalid where it will not do; so do lines with more cells than the heading.
    """
    text = decode(raw).text.lstrip("\ufeff")
    if "\x00" in text:
        raise ListInvalid([LineFault(1, "(file)", "this is not a CSV file: save the list as CSV, UTF-8")])
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    try:
        names = columns([name.strip() for name in next(reader, [])])
        filled = [(reader.line_num, cells) for cells in reader if any(cell.strip() for cell in cells)]
    except csv.Error:
        fault = LineFault(reader.line_num, "(line)", "this line cannot be read: check its quotation marks")
        raise ListInvalid([fault]) from None
    if len(filled) > MOST_LINES:
        raise ListInvalid([LineFault(MOST_LINES, "(file)", f"the list has more than {MOST_LINES:,} lines")])
    too_long = [number for number, cells in filled if any(cell.strip() for cell in cells[len(names) :])]
    if too_long:
        raise ListInvalid(
            LineFault(number, "(line)", "more cells than the heading: put text with commas in quotes")
            for number in too_long
        )
    return [Line(number, _named(names, cells)) for number, cells in filled]


def _delimiter(text: str) -> str:
    heading = text.split("\n", 1)[0]
    return max((",", ";", "\t"), key=heading.count)


def _named(names: list[str], cells: list[str]) -> dict[str, str]:
    return {name: cell.strip() for name, cell in zip(names, cells, strict=False) if name}


def twice(lines: Iterable[Line], column: str) -> list[LineFault]:
    """Lines that repeat what another line has in this column."""
    seen: dict[str, int] = {}
    faults: list[LineFault] = []
    for line in lines:
        before = seen.setdefault(line[column], line.line) if line[column] else line.line
        if before != line.line:
            faults.append(line.fault(column, f"already on line {before}: remove one"))
    return faults
