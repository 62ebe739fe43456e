"""Messages that wait for a person, by cause: how many, since when, an example, and what can be done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from api.messages.search import Search
from api.web.page import words
from api.web.page.tags import MESSAGE_STATES, Tag, tag_of
from fhir_adapters.hl7v2.process.causes import cause_words
from fhir_adapters.hl7v2.process.replays import OUTCOMES, refused_at_sight
from fhir_adapters.store.parked_causes import Cause
from fhir_adapters.store.tables import Feed


@dataclass(frozen=True)
class Group:
    """Messages of one cause. `cannot` says why they cannot be replayed; else `fields` ask for all of them."""

    number: int
    title: str
    do: str
    state: Tag
    count: str
    feed: str
    first: str
    last: str
    detail: str
    list_href: str
    example_href: str
    affected: str
    at_risk: bool
    cannot: str
    fields: tuple[tuple[str, str], ...]
    typed: str
    fault: str


@dataclass(frozen=True)
class ParkedPage:
    """Every group, the longest waiting first."""

    groups: tuple[Group, ...]
    summary: str


@dataclass(frozen=True)
class Given:
    """A form that came back: its fields, what was typed, what is wrong."""

    fields: Mapping[str, str]
    typed: str
    fault: str


def present(
    causes: Sequence[Cause], feeds: Sequence[Feed], now: datetime, given: Given | None = None
) -> ParkedPage:
    """The page in words; `now` is machine time."""
    codes = {feed.id: feed.code for feed in feeds}
    total = sum(cause.count for cause in causes)
    return ParkedPage(
        groups=tuple(_group(number, each, codes, now, given) for number, each in enumerate(causes, 1)),
        summary=f"{words.count(total, 'message')} for {words.count(len(causes), 'cause')}",
    )


def _group(number: int, cause: Cause, codes: Mapping[UUID, str], now: datetime, given: Given | None) -> Group:
    told = cause_words(cause.code, cause.reason)
    feed = codes.get(cause.feed_id, "Unknown")
    search = Search(state=cause.state, code=cause.code, reason=cause.reason, feed=feed)
    fields = {**search.query, "reason": cause.reason}
    back = given if given and dict(given.fields) == fields else None
    cannot = refused_at_sight(cause.state, "hl7-v2")
    return Group(
        number=number,
        title=told.title,
        do=told.do,
        state=tag_of(MESSAGE_STATES, cause.state),
        count=words.count(cause.count, "message"),
        feed=feed,
        first=f"{words.machine_time(cause.first_at)}, {words.ago(cause.first_at, now)}",
        last=f"{words.machine_time(cause.last_at)}, {words.ago(cause.last_at, now)}",
        detail=", ".join(part for part in (cause.code, cause.reason) if part),
        list_href=search.href(),
        example_href=f"/messages/{cause.example}",
        affected=_affected(cause),
        at_risk=bool(cause.at_risk),
        cannot=OUTCOMES[cannot] if cannot else "",
        fields=tuple(fields.items()),
        typed=back.typed if back else "",
        fault=back.fault if back else "",
    )


def _affected(cause: Cause) -> str:
    """How many people, and whether a discharge may go wrong meanwhile."""
    people = words.count(cause.people, "person", "people") if cause.people else "Nobody is named"
    if not cause.cases:
        return f"{people}, none with an open case here" if cause.people else people
    told = f"{people}, {len(cause.cases):,} with an open case here"
    return f"{told}, {len(cause.at_risk):,} of them at risk" if cause.at_risk else told
