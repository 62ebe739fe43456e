"""Alerts, feeds, refused items and partners as interfaces give them."""

from __future__ import annotations

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, Field

from api.web.schemas import Schema
from discharge.store.partner_pauses import PartnerDecision


class DeadLetter(Schema):
    """An item that a partner refused for good, with its four facts."""

    sequence: int
    key: UUID
    kind: str
    case_id: UUID
    partner: str
    state: str
    content: dict[str, str | None]
    attempts: int
    code: str | None
    detail: str | None
    leaving_at: datetime | None
    sent_at: datetime | None
    received_at: datetime | None
    accepted_at: datetime | None
    acted_at: datetime | None


class DeadLetterList(Schema):
    """Items that partners refused, in the order in which they were to go."""

    dead_letters: list[DeadLetter]
    next: str | None


class DeadLetterDecision(BaseModel):
    """What is to become of a refused item, and why. `payload` is the coded content that replaces it."""

    decision: Literal["release", "replace", "skip"]
    reason: str = Field(min_length=3, max_length=500)
    payload: dict[str, str | None] | None = Field(
        default=None, description="What replaces the item's content"
    )


class DeadLetterDecided(Schema):
    """How an item stands now."""

    sequence: int
    state: str
    key: UUID


class Partner(Schema):
    """Where messages go, and why nothing is sent there where it rests."""

    partner_id: UUID
    organisation: str
    organisation_code: str
    transport: str
    sign_in: str
    encrypted: bool
    state: str
    since: datetime | None
    code: str | None
    reason: str | None
    next_try: datetime | None
    waiting: int


class PartnerList(Schema):
    """Every partner."""

    partners: list[Partner]
    next: str | None


class PartnerDecisionBody(BaseModel):
    """Try a partner that rests again now, switch one off, or on again, and why."""

    decision: PartnerDecision
    reason: str = Field(min_length=3, max_length=500)
