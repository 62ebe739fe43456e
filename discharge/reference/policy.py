"""The data in force on a day, as rules are given it: one small value that answers for every kind.

`policy[KIND]` is the table of a kind; whoever has no policy of their own asks `policy_on(day)`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from discharge.reference.kind import KINDS, Edition, Kind, Row, Table
from discharge.reference.site import Override


@dataclass(frozen=True, slots=True, eq=False)
class Book:
    """Every edition that is shipped, and what a site changes. It never changes itself: another one takes its
    place.
    """

    overrides: tuple[Override, ...] = ()
    _tables: dict[tuple[int, tuple[int, ...]], Table[Any]] = field(default_factory=dict, init=False)
    _every: dict[tuple[int, int], tuple[Any, ...]] = field(default_factory=dict, init=False)

    def table(self, kind: Kind[Row], day: date, *, shadow: bool = False) -> Table[Row]:
        """What is in force of a kind on a day; a day before every edition is answered by the oldest. With
        `shadow` also what is only tried.
        """
        return self._laid(kind, kind.edition_on(day, shadow=shadow), self._over(kind, day, shadow))

    def names(self, kind: Kind[Row], day: date) -> tuple[str, ...]:
        """The edition in force on a day, and after it the site's changes that lie on top."""
        over = self._over(kind, day, shadow=False)
        return (kind.edition_on(day).heading.edition, *(each.version for each in over))

    def begun(self, kind: Kind[Row], day: date) -> tuple[date, ...]:
        """The first days of the edition in force on a day and of the site's changes that lie on top, and the
        days after the last of those that are over.
        """
        over = [
            each.decision for each in self.overrides if each.name == kind.name and not each.decision.shadow
        ]
        ends = (each.until for each in over if each.until is not None)
        starts = (each.effective_from for each in over)
        edition = kind.edition_on(day).heading.effective_from
        return tuple(each for each in (edition, *starts, *ends) if each <= day)

    def named(self, kind: Kind[Row], names: Sequence[str]) -> Table[Row]:
        """The table of such names, whatever is in force; a change that the site has taken back is left out.
        KeyError for an edition that the kind does not have.
        """
        edition = {each.heading.edition: each for each in kind.editions}[names[0]]
        over = (each for each in self.overrides if each.name == kind.name and each.version in names[1:])
        return self._laid(kind, edition, list(over))

    def _over(self, kind: Kind[Row], day: date, shadow: bool) -> list[Override]:
        edition = kind.edition_on(day, shadow=shadow).heading.edition
        return [
            each
            for each in self.overrides
            if each.name == kind.name
            and each.counts_on(day)
            and each.lies_over(edition)
            and (shadow or not each.decision.shadow)
        ]

    def left_behind(self, day: date) -> tuple[Override, ...]:
        """A site's changes that count on a day, and do not lie over the edition in force then."""
        return tuple(
            each
            for each in self.overrides
            if each.counts_on(day) and not each.lies_over(KINDS[each.name].edition_on(day).heading.edition)
        )

    def _laid(self, kind: Kind[Row], edition: Edition[Row], over: list[Override]) -> Table[Row]:
        if not over:
            return edition.table
        key = (id(edition), tuple(map(id, over)))
        if key not in self._tables:
            table: Table[Row] = edition.table
            for each in over:
                table = each.over(kind, table, edition.heading.source)
            self._tables[key] = table
        return self._tables[key]

    def every(self, kind: Kind[Row], until: date = date.max) -> tuple[Row, ...]:
        """Every row that is, was or will be in force, the oldest first; with `until` those that were or are
        on that day.
        """
        starts = {edition.heading.effective_from for edition in kind.editions}
        starts |= {each.effective_from for each in self.overrides if each.name == kind.name}
        days = [date.min, *sorted(day for day in starts if day <= until)]
        key = (id(kind), len(days))
        if key not in self._every:
            found: list[Row] = []
            for day in days:
                found += [row for row in self.table(kind, day).values() if row not in found]
            self._every[key] = tuple(found)
        return self._every[key]


@dataclass(frozen=True, slots=True)
class Policy:
    """The data in force on a day. With `shadow` also what is only tried: to compare, never to decide by."""

    book: Book
    day: date
    shadow: bool = False

    def on(self, day: date) -> Policy:
        """The same data as in force on another day: what began then keeps what was in force."""
        return replace(self, day=day)

    def __getitem__(self, kind: Kind[Row]) -> Table[Row]:
        return self.book.table(kind, self.day, shadow=self.shadow)


def _no_day_told() -> date:
    return date.max


class _InForce:
    """The book of this process: what is shipped, until a site's folder is followed; and which day it is."""

    book = Book()
    today: Callable[[], date] = staticmethod(_no_day_told)


@contextmanager
def day_told(today: Callable[[], date]) -> Iterator[None]:
    """Let `today` (case time) say which day it is in this process, so that no words of a later day are shown.
    Where nobody says it, as in a check of files, the rows of every day are known.
    """
    before, _InForce.today = _InForce.today, staticmethod(today)
    try:
        yield
    finally:
        _InForce.today = before


def rows_so_far(kind: Kind[Row]) -> tuple[Row, ...]:
    """Every row that was or is in force today, the oldest first: what people are shown."""
    return _InForce.book.every(kind, _InForce.today())


def book_in_force() -> Book:
    """The book that counts in this process now."""
    return _InForce.book


def put_in_force(overrides: Iterable[Override]) -> None:
    """Let a site's changes count from now on, in this process; the one that counts from later lies on top."""
    _InForce.book = Book(tuple(sorted(overrides, key=lambda each: (each.effective_from, each.version))))


def policy_on(day: date, *, shadow: bool = False) -> Policy:
    """The data in force on a day, in this process now."""
    return Policy(_InForce.book, day, shadow)
