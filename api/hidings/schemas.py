"""Who was hidden, as interfaces give it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, Field

from api.hidings.service import LEAST_REASON, MOST_REASON, Answer
from api.web.schemas import Schema


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
