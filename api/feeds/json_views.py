"""Feeds as JSON."""

from __future__ import annotations

from api.feeds.profiles import ReadBy, profile_json
from api.feeds.schemas import FeedRecord
from fhir_adapters.store.tables import Feed


def feed_json(row: Feed, read: ReadBy | None) -> FeedRecord:
    """A feed, by which profile it is read today, and when it was last heard."""
    return FeedRecord(
        code=row.code,
        protocol=row.protocol,
        profile=profile_json(read),
        last_heard_at=row.last_heard_at,
        last_case_time=row.last_case_time,
    )
