"""One way to page through every list of the interface.

`after` says where a page begins (`next` of the page before, nothing for the first), `size` how many it holds;
the answer's `next` is null on the last page. What `next` holds is ours: today the number of the page.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, TypeVar

from fastapi import Depends, Query

SIZE = 100
MOST_SIZE = 500
MOST_PAGES = 10_000

Row = TypeVar("Row")


@dataclass(frozen=True)
class Page:
    """Which page of a list is asked for."""

    number: int
    size: int

    def or_number(self, number: int) -> Page:
        """The page by its number, as earlier versions were asked for it, where nothing else was said."""
        return Page(number, self.size) if self.number == 1 else self

    @property
    def offset(self) -> int:
        """How many rows come before it."""
        return (self.number - 1) * self.size

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


def page_asked(
    after: Annotated[
        str,
        Query(pattern=r"^[0-9]{0,6}$", description="`next` of the page before, asked for with the same size"),
    ] = "",
    size: Annotated[int, Query(ge=1, le=MOST_SIZE)] = SIZE,
) -> Page:
    """The page that a request asks for."""
    return Page(max(int(after or 1), 1), size)


FIRST = Page(1, SIZE)
"""The page of a list that answers a change of it."""

Paged = Annotated[Page, Depends(page_asked)]
