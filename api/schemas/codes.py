"""Lists of codes as interfaces give them."""

from __future__ import annotations

from datetime import date

from api.schemas.common import Schema


class CodeListSummary(Schema):
    """A list of codes."""

    name: str
    title: str
    edition: date | None
    sources: list[str]
    total: int


class CodeValue(Schema):
    """One code of a list, with its words, its source, and the days on which it can be used."""

    code: str
    words: str
    source: str
    from_on: date | None
    until_on: date | None


class CodeListDetail(CodeListSummary):
    """A list of codes with those in force on a day."""

    on: date
    codes: list[CodeValue]


class CodeListIndex(Schema):
    """Every list of codes."""

    lists: list[CodeListSummary]
    next: str | None
