"""Who may know where a hidden person is, as interfaces give it."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from pydantic import BaseModel, Field

from api.place_readers.service import MOST_REASON as MOST_NAMING_REASON
from api.web.schemas import Schema


class PlaceReaderBody(BaseModel):
    """Whom to name (a user of another organisation that takes part), until which day, and why."""

    user_id: UUID
    until_on: date
    reason: str = Field(min_length=3, max_length=MOST_NAMING_REASON)


class PlaceReader(Schema):
    """Somebody who was named to know where a hidden person is."""

    reader_id: UUID
    user_id: UUID
    name: str | None
    organisation: str
    until_on: date
    reason: str
    named_by: str | None
    named_at: datetime
    ended_at: datetime | None
    in_force: bool


class PlaceReaderChoice(Schema):
    """Somebody who may be named."""

    user_id: UUID
    name: str
    organisation: str


class PlaceReaderList(Schema):
    """Who was named for a case, and who may be."""

    case_id: UUID
    hidden: bool
    readers: list[PlaceReader]
    may_be_named: list[PlaceReaderChoice]
    next: str | None
