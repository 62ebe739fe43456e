"""Coded values that no profile maps, with what to add to which profile."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from api.presenters import words
from fhir_adapters.store.tables import Feed, UnmappedRow

ADVICE: Mapping[str, str] = {
    "sex": 'sex: {{"{value}": female}} (or male, indeterminate, unknown)',
    "classes": 'classes: add "{value}" to inpatient or to not_inpatient',
    "discharge.words": 'discharge: {{words: {{"{value}": a destination code, such as "19"}}}}',
    "discharge.method_words": 'discharge: {{method_words: {{"{value}": a method code, such as "1"}}}}',
    "encounter_status.words": 'encounter_status: {{words: {{"{value}": what it means}}}}',
    "hidden_when": 'hidden_when: add "{value}" to values (hides) or lifted_by (does not) of {place}',
    "location.ward": "location: name the component of PV1-3 that holds the ward",
    "referrals.reasons": 'referrals: {{reasons: {{"{value}": a code of the referral reasons}}}}',
}
"""Key of the profile -> what to write there."""

NO_KEY = "No key maps this field. The value is kept as sent; ask the trust what it means."


@dataclass(frozen=True)
class Line:
    """One value of one feed."""

    feed: str
    place: str
    value: str
    times: str
    first: str
    last: str
    profile: str
    advice: str
    example_href: str


def present(rows: Iterable[UnmappedRow], feeds: Iterable[Feed], now: datetime) -> tuple[Line, ...]:
    """The queue in words, in the order given; `now` is machine time."""
    known = {feed.id: feed for feed in feeds}
    return tuple(_line(row, known, now) for row in rows)


def _line(row: UnmappedRow, feeds: Mapping[UUID, Feed], now: datetime) -> Line:
    feed = feeds.get(row.feed_id)
    return Line(
        feed=feed.code if feed else "Unknown feed",
        place=row.place,
        value=row.value,
        times=words.count(row.times, "message"),
        first=words.ago(row.first_seen_at, now),
        last=words.ago(row.last_seen_at, now),
        profile=(feed.profile if feed else None) or "the default profile",
        advice=ADVICE.get(row.key, "{key}: map this value" if row.key else NO_KEY).format(
            value=row.value, place=row.place, key=row.key
        ),
        example_href=f"/messages/{row.example_inbox_id}",
    )
