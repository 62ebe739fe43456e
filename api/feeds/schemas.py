"""Feeds as interfaces give them."""

from __future__ import annotations

from datetime import date, datetime

from api.web.schemas import Schema


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
