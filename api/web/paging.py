"""One way to page through lists, of the interface and on pages. FHIR and the list of messages go on in a way
of their own, by pages of the same size.

`after` says where a page begins (`next` of the page before, nothing for the first), `size` how many it holds;
the answer's `next` is null on the last page. What `next` holds is ours: today the number of the page. A page
for people is asked for by its number.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from typing import Annotated, TypeVar
from urllib.parse import urlencode

from fastapi import Depends, Query, Request
from sqlalchemy import ColumnElement, literal

from api.web.parameters import unusable

SIZE = 25
"""So many rows are on a page of a list, unless a program asks for another number: as many as somebody reads
at once. What a page costs then depends on what it shows, not on how much there is.
"""
MOST_SIZE = 500
MOST_PAGES = 10_000
COUNTED_TO = 99
"""The menu shows no greater number: every page asks for it, and beyond this the figure helps nobody. Alerts
are counted no further either.
"""

Row = TypeVar("Row")


@dataclass(frozen=True)
class Page:
    """Which page of a list is asked for."""

    number: int
    size: int

    def or_number(self, number: int) -> Page:
        """The page by its number, as earlier versions were asked for it. Raises ParametersRefused where
        `after` was said as well: one of them would be passed over.
        """
        if number > 1 and self.number > 1:
            raise unusable("page", "cannot be given beside after, which says where the page begins")
        return Page(number, self.size) if self.number == 1 else self

    def last(self, total: int) -> int:
        """The number of the last page of so many rows; the first of none."""
        return max(1, ceil(total / self.size))

    @property
    def offset(self) -> int:
        """How many rows come before it."""
        return (self.number - 1) * self.size

    def address(self, path: str, **asked: str) -> str:
        """The address of this page of the list at a path; `asked` is what else its address says."""
        given = {**asked, "page": str(self.number) if self.number > 1 else ""}
        kept = urlencode({name: value for name, value in given.items() if value})
        return f"{path}?{kept}" if kept else path

    @property
    def query(self) -> str:
        """What a form on this page adds to its own address, so that its answer is this page again."""
        return self.address("")

    def next(self, total: int) -> str | None:
        """Where the next page begins, of a list of so many rows; null where there is none."""
        return str(self.number + 1) if self.number * self.size < total else None

    def after(self, rows: Sequence[Row]) -> tuple[list[Row], str | None]:
        """The rows of this page and where the next begins, of one row more than the page holds."""
        following = str(self.number + 1) if len(rows) > self.size else None
        return list(rows[: self.size]), following

    @property
    def more(self) -> dict[str, int]:
        """Which rows to read: one more than the page holds, to know whether there is a next one."""
        return {"offset": self.offset, "size": self.size + 1}

    def cut(self, rows: Sequence[Row]) -> list[Row]:
        """The rows of this page, of all there are."""
        return list(rows[self.offset : self.offset + self.size])


class BeyondTheEnd(Exception):
    """A page that holds nothing was asked for: rows may have left the list. `last` is the one to look at."""

    def __init__(self, last: int) -> None:
        super().__init__(last)
        self.last = last


@dataclass(frozen=True)
class TurnedPage(Page):
    """A page that somebody looks at: beyond the end, they are led to the last one, or to the first of a list
    that is not counted.
    """

    def next(self, total: int) -> str | None:
        """As of any page. Raises BeyondTheEnd."""
        if self.number > 1 and self.offset >= total:
            raise BeyondTheEnd(self.last(total))
        return super().next(total)

    def after(self, rows: Sequence[Row]) -> tuple[list[Row], str | None]:
        """As of any page. Raises BeyondTheEnd."""
        if self.number > 1 and not rows:
            raise BeyondTheEnd(1)
        return super().after(rows)


def written_out(number: int) -> ColumnElement[int]:
    """A number of rows as part of the statement's text, for a list of people. With one that it does not know,
    PostgreSQL expects a tenth of all rows, finds its plan for any value too dear and plans anew each time,
    which takes longer than the reading where the walls around people are planned.
    """
    return literal(number, literal_execute=True)


def page_asked(
    after: Annotated[
        str,
        Query(pattern=r"^[0-9]{0,6}$", description="`next` of the page before, asked for with the same size"),
    ] = "",
    size: Annotated[int, Query(ge=1, le=MOST_SIZE)] = SIZE,
) -> Page:
    """The page that a request asks for."""
    return Page(max(int(after or 1), 1), size)


def page_turned_to(request: Request, page: Annotated[int, Query(ge=1, le=MOST_PAGES)] = 1) -> Page:
    """The page of a list that somebody looks at. One that answers a form stays as it is, also when it has
    become empty, for it says what became of the form.
    """
    return TurnedPage(page, SIZE) if request.method == "GET" else Page(page, SIZE)


@dataclass(frozen=True)
class Turns:
    """The addresses of the pages before and after one of a list; empty where there is none."""

    earlier: str
    later: str


def turns(path: str, page: Page, following: str | None, **asked: str) -> Turns:
    """The way on from a page of the list at a path; `asked` is what else is asked of the list there."""
    before, after = (Page(page.number + step, page.size).address(path, **asked) for step in (-1, 1))
    return Turns(before if page.number > 1 else "", after if following else "")


FIRST = Page(1, SIZE)
"""The page of a list that answers a change of it."""

Paged = Annotated[Page, Depends(page_asked)]
Turned = Annotated[Page, Depends(page_turned_to)]
