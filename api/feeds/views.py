"""Every feed with when it was last heard, and every part of the system with its last sign of life."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from api.feeds import profiles
from api.feeds.profiles import ProfileFault, ProfileLine
from api.messages.search import Search
from api.web.names import Directory
from api.web.page import words
from api.web.page.tags import MESSAGE_STATES
from api.worklist.views import SILENT_AFTER_SECONDS
from discharge.store.tables import HeartbeatRow
from fhir_adapters.feeds.profile_watch import WatchedBook
from fhir_adapters.store.tables import Feed

PART_SILENT_SECONDS = 60
"""A part that gave no sign for so long (machine time) is shown as silent."""

ASKS_FOR_SOMEBODY = ("stored", "parked", "unassigned", "rejected")
"""States in which a message waits, for the drain or for a person."""


@dataclass(frozen=True)
class Counts:
    """Messages of each feed: those that wait, by state, those of the last 24 hours, and application
    acknowledgements that were not sent.
    """

    waiting: Mapping[UUID, Mapping[str, int]]
    arrived: Mapping[UUID, int]
    unsent: Mapping[UUID, int]


@dataclass(frozen=True)
class Count:
    """How many messages of a feed are in one state."""

    text: str
    href: str


@dataclass(frozen=True)
class Row:
    """One feed."""

    code: str
    organisation: str
    protocol: str
    profile: str
    profile_state: str
    known_by: str
    heard: str
    heard_at: str
    event: str
    silent: bool
    all_href: str
    total: str
    waiting: tuple[Count, ...]
    networks: str
    refused: str
    unsent: str


@dataclass(frozen=True)
class Part:
    """One part of the system."""

    name: str
    heard: str
    detail: str
    silent: bool


@dataclass(frozen=True)
class FeedsPage:
    """The whole page; `parts` is empty for whom they are no matter."""

    rows: tuple[Row, ...]
    profiles: tuple[ProfileLine, ...]
    faults: tuple[ProfileFault, ...]
    parts: tuple[Part, ...]


@dataclass(frozen=True)
class Looking:
    """Who looks: the organisation, the profiles there are, the texts that the worker has taken, and the day
    in case time whose versions count.

    How a feed of another organisation is known, and who is refused there, is no matter of theirs.
    """

    organisation_id: UUID
    profiles: WatchedBook
    taken: Mapping[str, str]
    today: date

    def owns(self, feed: Feed) -> bool:
        """Whether the feed is the organisation's own."""
        return feed.organisation_id == self.organisation_id


def present(
    feeds: Iterable[Feed],
    counts: Counts,
    parts: Iterable[HeartbeatRow],
    known: Directory,
    now: datetime,
    looking: Looking,
) -> FeedsPage:
    """The page in words; `now` is machine time."""
    feeds = tuple(feeds)
    return FeedsPage(
        profiles=profiles.lines(looking.profiles, feeds, looking.taken, looking.today),
        faults=profiles.faults(looking.profiles, now),
        rows=tuple(_row(feed, counts, known, now, looking) for feed in feeds),
        parts=tuple(_part(each, now) for each in parts),
    )


def _row(feed: Feed, counts: Counts, known: Directory, now: datetime, looking: Looking) -> Row:
    own = looking.owns(feed)
    waiting, unsent = counts.waiting.get(feed.id, {}), counts.unsent.get(feed.id, 0)
    read = profiles.read_by(feed, looking.profiles, looking.today)
    return Row(
        code=feed.code,
        organisation=known.organisation(feed.organisation_id),
        protocol=PROTOCOLS.get(feed.protocol, feed.protocol),
        profile=read.words if read else "",
        profile_state=profiles.STATES[read.state] if read and read.state != "in-force" else "",
        known_by=_known_by(feed) if own else "Not shown: another organisation's",
        heard=words.ago(feed.last_heard_at, now),
        heard_at=words.machine_time(feed.last_heard_at, ""),
        event=words.moment(feed.last_case_time, "Not known"),
        silent=_older(feed.last_heard_at, now, SILENT_AFTER_SECONDS),
        all_href=Search(feed=feed.code).href(),
        total=words.count(counts.arrived.get(feed.id, 0), "message"),
        waiting=tuple(
            Count(
                f"{MESSAGE_STATES[state].text}: {waiting[state]:,}",
                Search(state=state, feed=feed.code).href(),
            )
            for state in ASKS_FOR_SOMEBODY
            if waiting.get(state)
        ),
        networks=", ".join(feed.networks) if own else "",
        refused=_refused(feed, now) if own else "",
        unsent=words.count(unsent, "application acknowledgement") if unsent else "",
    )


def _refused(feed: Feed, now: datetime) -> str:
    """How often the feed's name was used from outside its networks."""
    if not feed.refused_times:
        return ""
    return f"{words.count(feed.refused_times, 'connection')}, the last {words.ago(feed.refused_at, now)}"


PROTOCOLS = {"hl7v2": "HL7 v2", "fhir": "FHIR"}


def _known_by(feed: Feed) -> str:
    signs = (
        ("port", feed.port),
        ("certificate", "its own" if feed.certificate else None),
        ("application", feed.sending_application),
        ("facility", feed.sending_facility),
    )
    return ", ".join(f"{name} {value}" for name, value in signs if value) or "Nothing in the message"


def _part(row: HeartbeatRow, now: datetime) -> Part:
    silent = row.due_at < now if row.due_at else _older(row.beat_at, now, PART_SILENT_SECONDS)
    return Part(words.from_code(row.part), words.ago(row.beat_at, now), row.detail or "", silent)


def _older(then: datetime | None, now: datetime, seconds: int) -> bool:
    return then is None or (now - then).total_seconds() > seconds
