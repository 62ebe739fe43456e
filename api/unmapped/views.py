"""Coded values that no profile maps, with what to add to which profile, and the messages that hold them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from api.messages.search import Search
from api.unmapped.queries import Queued
from api.web.page import words
from fhir_adapters.feeds.advice import what_to_write
from fhir_adapters.feeds.check.redaction import shown

IN_WORDS = frozenset({"PV1-3", "PV1-36", "PV1-37", "RF1-10"})
"""Fields in which feeds write words where a code belongs, and so perhaps where somebody lives."""


@dataclass(frozen=True)
class Line:
    """One value of one feed. `messages_href` leads to exactly the messages that hold it, to be replayed; it
    is empty where a replay could change nothing.
    """

    feed: str
    place: str
    value: str
    times: str
    first: str
    last: str
    profile: str
    advice: str
    mapped: bool
    example_href: str
    messages_href: str


def present(queued: Iterable[Queued], now: datetime) -> tuple[Line, ...]:
    """The queue in words, in the order given; `now` is machine time."""
    return tuple(_line(each, now) for each in queued)


def _line(each: Queued, now: datetime) -> Line:
    row = each.row
    return Line(
        feed=each.feed.code,
        place=row.place,
        value=_shown(each),
        times=words.count(row.times, "message"),
        first=words.ago(row.first_seen_at, now),
        last=words.ago(row.last_seen_at, now),
        profile=each.profile.label,
        advice=_advice(each),
        mapped=each.mapped,
        example_href=f"/messages/{row.example_inbox_id}",
        messages_href=Search(unmapped=str(row.id)).href() if row.key else "",
    )


def _advice(each: Queued) -> str:
    if each.mapped:
        return f"now by {each.profile.mark}: its messages only need a replay"
    return what_to_write(each.row.key, each.row.place, _shown(each))


def _shown(each: Queued) -> str:
    """The value. Where a destination or a place may stand in words, that of somebody hidden, or not known
    yet, is described by its shape once it is too long for a code.
    """
    telling = each.row.place in IN_WORDS and not each.seen
    return shown(each.row.value, 1) if telling else each.row.value
