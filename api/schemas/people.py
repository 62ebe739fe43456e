"""Users, who may know a ward, and who was hidden, as interfaces give them."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from pydantic import BaseModel, Field

from api.hidings import LEAST_REASON, MOST_REASON, Answer
from api.place_readers import MOST_REASON as MOST_NAMING_REASON
from api.schemas.common import Schema


class UserRecord(Schema):
    """Somebody who signed in."""

    user_id: UUID
    name: str
    role: str
    last_seen_at: datetime
    disabled_at: datetime | None


class UserList(Schema):
    """Everybody of the caller's organisation who ever signed in, by name."""

    users: list[UserRecord]
    next: str | None


class UserAccess(BaseModel):
    """Whether somebody is kept out; it ends their sessions, and their tokens are refused within a minute."""

    disabled: bool


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


class HidingWithdrawal(BaseModel):
    """Why a hiding is taken back."""

    reason: str = Field(min_length=LEAST_REASON, max_length=MOST_REASON)


class HidingAnswer(HidingWithdrawal):
    """Whether the hiding of a person stands (`kept`) or not (`lifted`), and why."""

    person_id: UUID
    answer: Answer


class HidingRecord(Schema):
    """A person whom another organisation hid by one message."""

    message_id: UUID
    person_id: UUID
    case_id: UUID | None
    asked_by: str
    hidden_at: datetime
    may_answer: bool
    answer: str | None
    reason: str | None
    answered_at: datetime | None
    answered_by: str | None
    withdrawn_at: datetime | None
    still_hidden: bool


class OwnHiding(Schema):
    """A hiding that the caller's own organisation asked for, by the numbers that it sent."""

    message_id: UUID
    numbers: list[str]
    hidden_at: datetime


class HidingList(Schema):
    """What others asked for about people whom you answer for, and what you asked for."""

    hidings: list[HidingRecord]
    asked_by_you: list[OwnHiding]
    next: str | None
