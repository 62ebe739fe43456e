"""Lists of codes as interfaces give them."""

from __future__ import annotations

from datetime import date

from pydantic import Field

from api.web.schemas import Schema


class CodeListSummary(Schema):
    """A list of codes."""

    name: str
    title: str
    edition: date | None = Field(description="The day from which its rows have been as they are on that day")
    editions: list[str] = Field(
        description="The edition in force and the site's own changes; empty for a list of the interface"
    )
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
