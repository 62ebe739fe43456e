"""A list of codes whose rows are data of a kind: asked like any other list, it says what is in force."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import TypeVar

from discharge.codes.model import Code, CodeList, by_code
from discharge.reference.kind import Kind, no_more_to_check
from discharge.reference.policy import Book, Policy, book_in_force, rows_so_far

Coded = TypeVar("Coded", bound=Code)


class ListByEdition(CodeList[Coded]):
    """The rows of a kind as a list of codes."""

    def __init__(self, kind: Kind[Coded], name: str = "") -> None:
        super().__init__(name or kind.name, ())
        self.kind = kind
        self._of: Book | None = None
        self._so_far: tuple[Coded, ...] = ()
        self._so_far_by_code: Mapping[str, tuple[Coded, ...]] = {}

    def __iter__(self) -> Iterator[Coded]:
        """Every row that was or is in force."""
        return iter(rows_so_far(self.kind))

    def newest(self, code: str) -> Coded | None:
        """Return the newest row of a code, in force or not; what a later day brings is not shown before."""
        rows = rows_so_far(self.kind)
        if self._so_far is not rows:
            self._so_far, self._so_far_by_code = rows, by_code(rows)
        return max(reversed(self._so_far_by_code.get(code, ())), key=lambda row: row.from_on, default=None)

    @property
    def rows(self) -> tuple[Coded, ...]:
        """Every row that is, was or will be in force."""
        return book_in_force().every(self.kind)

    @property
    def _versions(self) -> Mapping[str, tuple[Coded, ...]]:
        book = book_in_force()
        if self._of is not book:
            self._of, self._by_code = book, by_code(book.every(self.kind))
        return self._by_code

    def find(self, code: str, on: date) -> Coded | None:
        """Return the row of a code in force on a day, if there is one."""
        row = book_in_force().table(self.kind, on).get(code)
        return row if row is not None and row.holds(on) else None

    def by(self, policy: Policy, code: str, on: date) -> Coded | None:
        """Return the row of a code in force on a day by a policy, if there is one."""
        row = policy.on(on)[self.kind].get(code)
        return row if row is not None and row.holds(on) else None

    def in_force(self, on: date) -> tuple[Coded, ...]:
        """Return what can be chosen on a day, in order."""
        return tuple(row for row in book_in_force().table(self.kind, on).values() if row.holds(on))

    def as_rows(self, day: date) -> tuple[Coded, ...]:
        """Return every row as it is on a day, also those that cannot be chosen any more."""
        return tuple(book_in_force().table(self.kind, day).values())

    def as_on(self, code: str, day: date) -> Coded:
        """Return the row of a code as it is on a day; one that is not in force then, as it last was. KeyError
        for a code that was never in the list.
        """
        row = book_in_force().table(self.kind, day).get(code)
        return row or self.newest(code) or self._versions[code][-1]

    def begun(self, on: date) -> date:
        """Return the day from which the rows in force on a day have been as they are."""
        book = book_in_force()
        days = [row.from_on for row in self.rows] + [row.to_on for row in self.rows if row.to_on is not None]
        return max((day for day in (*days, *book.begun(self.kind, on)) if day <= on), default=date.min)

    def editions(self, on: date) -> tuple[str, ...]:
        """Return the edition in force on a day, and after it the site's changes that lie on top."""
        return book_in_force().names(self.kind, on)


def code_list(
    name: str,
    row: type[Coded],
    *,
    folder: Path = Path(__file__).parent,
    check: Callable[[Mapping[str, Coded]], Iterable[str]] = no_more_to_check,
) -> ListByEdition[Coded]:
    """Return a list whose rows stand in a file of its name in a folder. Raises `DataInvalid`."""
    return ListByEdition(Kind(name, row, folder / f"{name.replace('-', '_')}.yaml", check=check))
