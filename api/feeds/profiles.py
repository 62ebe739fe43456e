"""By which profile a feed is read today, and every profile with the state of its file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from api.feeds.schemas import FeedProfile
from api.web.page import words
from fhir_adapters.feeds.book import DEFAULT_PROFILE
from fhir_adapters.feeds.profile import SHOWN, Profile
from fhir_adapters.feeds.profile_watch import WatchedBook
from fhir_adapters.store.message_search import UNASSIGNED
from fhir_adapters.store.tables import Feed

STATES: Mapping[str, str] = {
    "in-force": "In force",
    "last-good": "In force, its file cannot be used",
    "not-known": "Profile not known",
}
"""How a feed's profile stands -> in words."""


@dataclass(frozen=True)
class ReadBy:
    """The version by which a feed's messages of today are read, and how it stands: a code of `STATES`."""

    profile: Profile
    state: str
    named: str

    @property
    def words(self) -> str:
        """For a person; where another stands in for the one that the feed names, both."""
        return (
            f"{self.named}, read as {self.profile.label}" if self.state == "not-known" else self.profile.label
        )


def read_by(feed: Feed, book: WatchedBook, today: date) -> ReadBy | None:
    """The profile of a feed on a day of case time; None where it is read by none."""
    if feed.protocol != "hl7v2" or feed.code == UNASSIGNED:
        return None
    named = feed.profile or DEFAULT_PROFILE
    profile = book.in_force(feed.profile, today)
    if named not in book:
        state = "not-known"
    else:
        state = "last-good" if any(fault.instead == profile for fault in book.faults) else "in-force"
    return ReadBy(profile, state, named)


def profile_json(read: ReadBy | None) -> FeedProfile | None:
    """The profile of a feed for programs; `state` is in-force, last-good (the file of a later text cannot be
    used) or not-known (another stands in for the one named).
    """
    if read is None:
        return None
    return FeedProfile(
        named=read.named,
        name=read.profile.name,
        version=read.profile.version,
        effective_from=read.profile.effective_from,
        sha256=read.profile.sha256,
        state=read.state,
    )


@dataclass(frozen=True)
class ProfileLine:
    """One version of one profile."""

    name: str
    title: str
    version: str
    begins: str
    state: str
    loud: bool
    text: str
    feeds: str


@dataclass(frozen=True)
class ProfileFault:
    """A file that cannot be used: what is wrong with it, a fault a line, and what is in force meanwhile."""

    file: str
    faults: tuple[str, ...]
    consequence: str
    since: str


def faults(book: WatchedBook, now: datetime) -> tuple[ProfileFault, ...]:
    """Files that cannot be used; `now` is machine time."""
    return tuple(
        ProfileFault(each.file, tuple(each.why.splitlines()), each.consequence, words.ago(each.since, now))
        for each in book.faults
    )


def lines(
    book: WatchedBook, feeds: Iterable[Feed], taken: Mapping[str, str], today: date
) -> tuple[ProfileLine, ...]:
    """Every version of every profile, those that feeds are read by first. `taken` is the text of each file
    that the worker reads by.
    """
    used: dict[str, list[str]] = {}
    for feed in feeds:
        read = read_by(feed, book, today)
        if read:
            used.setdefault(read.profile.name, []).append(feed.code)
    files = {good.held.sha256: file for file, good in book.good.items()}
    in_order = sorted(book, key=lambda each: (each.name not in used, each.name))
    return tuple(
        _line(each, files.get(each.sha256), book, taken, used.get(each.name, []), today) for each in in_order
    )


def _line(
    profile: Profile,
    file: str | None,
    book: WatchedBook,
    taken: Mapping[str, str],
    feeds: Iterable[str],
    today: date,
) -> ProfileLine:
    current = book.in_force(profile.name, today) == profile
    but = _but(profile, file, book, taken)
    return ProfileLine(
        name=profile.name,
        title=profile.title,
        version=str(profile.version),
        begins=words.day(profile.effective_from),
        state=_state(profile, today, current=current) + but,
        loud=bool(but),
        text=f"{file or 'Comes with Homeward'}, {profile.sha256[:SHOWN]}",
        feeds=", ".join(feeds) if current else "",
    )


def _state(profile: Profile, today: date, *, current: bool) -> str:
    if current:
        return "In force"
    return f"Begins {words.day(profile.effective_from)}" if profile.effective_from > today else "Replaced"


def _but(profile: Profile, file: str | None, book: WatchedBook, taken: Mapping[str, str]) -> str:
    """What is not as the file says, if anything."""
    if file is None:
        return ""
    if any(fault.file == file for fault in book.faults):
        return ", its file cannot be used"
    return "" if taken.get(file) == profile.sha256 else " once the worker has read it"
