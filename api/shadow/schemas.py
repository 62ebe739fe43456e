"""A trust's own lists beside ours, as interfaces give them."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from api.web.schemas import Schema


class ShadowList(Schema):
    """How far the list of one day agreed with what is held."""

    id: UUID
    feed: str
    day: date
    listed_at: datetime
    feed_heard_at: datetime | None
    mapping: str
    sha256: str
    listed: int
    held: int
    on_both: int
    agreeing: int
    agreement: float | None
    differences: dict[str, int]


class ShadowDifference(Schema):
    """One difference, in numbers and codes."""

    kind: str
    column: str | None
    cause: str
    theirs: str
    ours: str
    line: int | None
    nhs_number: str | None
    hospital_number: str | None
    case_id: UUID | None
    message_id: UUID | None
    said_at: datetime | None
    received_at: datetime | None


class ShadowListDetail(ShadowList):
    """One day's differences."""

    causes: dict[str, int]
    total: int
    differing: list[ShadowDifference]
    next: str | None


class ShadowLists(Schema):
    """Days, the newest first."""

    shadow_lists: list[ShadowList]
    next: str | None
