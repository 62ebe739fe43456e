"""What a coded row is, and how a list of them is asked.

A row says since when it holds and from where we have it. A list is asked for a code *on a day*, so that an
old record keeps its old meaning. The code as received is stored by whoever receives it; nothing here
rewrites it.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from types import MappingProxyType
from typing import Generic, TypeVar

from discharge.errors import Refused


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """One coded value: it holds from `from_on` until the day before `to_on` (None: still in force)."""

    code: str
    label: str
    source: str
    from_on: date = date.min
    to_on: date | None = None

    def holds(self, on: date) -> bool:
        """Whether the row is in force on a day."""
        return self.from_on <= on and (self.to_on is None or on < self.to_on)


Row = TypeVar("Row", bound=Code)

ALIKE = 0.75
"""How alike the nearest code must be, from 0 to 1."""
LONGEST_CODE = 60
"""Longer texts are compared with no code: they are none."""


def by_code(rows: Iterable[Row]) -> Mapping[str, tuple[Row, ...]]:
    """Each code with its rows, the first given first."""
    found: dict[str, tuple[Row, ...]] = {}
    for row in rows:
        found[row.code] = (*found.get(row.code, ()), row)
    return MappingProxyType(found)


def not_listed(name: str, code: str, known: Iterable[str], where: str = "") -> Refused:
    """Return code-not-in-value-set with the list and its nearest code, never the code that was sent: it may
    be anything.
    """
    short = code.strip().lower() if len(code) <= LONGEST_CODE else ""
    near = get_close_matches(short, known, n=1, cutoff=ALIKE)
    return Refused("code-not-in-value-set", detail="; nearest: ".join((name, *near)), where=where)


class CodeList(Generic[Row]):
    """Rows of one kind, in the order in which people choose from them; a code may recur in later versions."""

    def __init__(self, name: str, rows: tuple[Row, ...]) -> None:
        self.name = name
        self._rows = rows
        self._by_code = by_code(rows)

    @property
    def rows(self) -> tuple[Row, ...]:
        """Every row there is."""
        return self._rows

    @property
    def _versions(self) -> Mapping[str, tuple[Row, ...]]:
        return self._by_code

    def __iter__(self) -> Iterator[Row]:
        return iter(self.rows)

    def find(self, code: str, on: date) -> Row | None:
        """Return the row of a code in force on a day, if there is one."""
        return next((row for row in self._versions.get(code, ()) if row.holds(on)), None)

    def lookup(self, code: str, on: date, where: str = "") -> Row:
        """Return the row of a code in force on a day. Raises code-not-in-value-set (``not_listed``)."""
        row = self.find(code, on)
        if row is None:
            raise not_listed(self.name, code, (each.code for each in self.in_force(on)), where)
        return row

    def known(self, code: str) -> bool:
        """Whether the code was ever in the list."""
        return code in self._versions

    def newest(self, code: str) -> Row | None:
        """Return the newest row of a code, in force or not; None for a code that was never in the list."""
        rows = sorted(self._versions.get(code, ()), key=lambda row: row.from_on)
        return rows[-1] if rows else None

    def label(self, code: str) -> str:
        """Return the newest label of a code; a code we never knew is shown as it is."""
        row = self.newest(code)
        return row.label if row is not None else code

    def in_force(self, on: date) -> tuple[Row, ...]:
        """Return what can be chosen on a day, in order."""
        return tuple(row for row in self.rows if row.holds(on))
