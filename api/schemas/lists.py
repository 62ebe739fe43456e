"""Alerts, feeds, refused items and partners as interfaces give them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, Field

from api.schemas.common import NamedPerson, Schema
from discharge.store.partner_pauses import PartnerDecision


class AlertLine(Schema):
    """An alert whose cause still holds, with the case and person it is about."""

    alert_id: UUID
    case_id: UUID
    person: NamedPerson
    rule: str
    level: str
    fact: str
    threshold: str
    source: str
    owner_role: str
    raised_at: datetime
    acknowledged_at: datetime | None
    escalations: int


class AlertList(Schema):
    """Alerts, those that nobody has accepted first, then the most urgent, then the oldest."""

    alerts: list[AlertLine]
    total: int
    page: int
    size: int
    next: str | None


class FeedProfile(Schema):
    """The version of a profile by which a feed's messages of today are read. `state` is in-force, last-good
    (the file of a later text cannot be used) or not-known (another stands in for the one named).
    """

    named: str
    name: str
    version: int
    effective_from: date
    sha256: str
    state: str


class FeedRecord(Schema):
    """A feed, by which profile it is read, and when it was last heard."""

    code: str
    protocol: str
    profile: FeedProfile | None
    last_heard_at: datetime | None
    last_case_time: datetime | None


class FeedList(Schema):
    """Feeds of the caller's organisation, the longest silent first."""

    feeds: list[FeedRecord]
    next: str | None


class DeadLetter(Schema):
    """An item that a partner refused for good, with its four facts."""

    sequence: int
    key: UUID
    kind: str
    case_id: UUID
    partner: str
    state: str
    content: dict[str, Any]
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
    payload: dict[str, Any] | None = Field(default=None, description="What replaces the item's content")


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
