"""Which feed a message belongs to: the feeds there are, read again every few seconds, what each asks of a
sender, and what the listener needs of the inbox.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import Literal, Protocol
from uuid import UUID

from fhir_adapters.hl7v2.receive.limits import Limits, Pace
from fhir_adapters.store.inbox import Arrived, Received

FRESH_FOR = 5.0
"""Seconds for which the list of feeds is trusted. Reading it is one short transaction, twelve a minute; a
notice would cost a connection that is kept for it.
"""
NOT_SERVED = (
    "feed %s is not served: it has neither networks nor a certificate, so any sender that reaches "
    "the port could send for its organisation. Give it networks or a certificate in the places "
    "file and load that again; its messages are held as unassigned until then. HOMEWARD_MLLP_OPEN_FEEDS=true "
    "serves it anyway, for a demonstration."
)
log = logging.getLogger("homeward.mllp")

MOST_CHOICES = 1024
"""Kept of what senders show, which may be anything, and the feed that it chose."""

LateOutcome = Literal["owed", "sent", "not-sent"]
"""What became of an application acknowledgement that is owed."""


@dataclass(frozen=True, slots=True)
class FeedDoor:
    """One feed with what a message must show to belong to it.

    ``networks`` (CIDR) are where its messages may come from; none means anywhere. ``message_bytes`` and
    ``messages_per_second`` are its own limits, None for the listener's.
    """

    feed_id: UUID
    code: str
    organisation_id: UUID
    profile: str | None
    port: int | None = None
    certificate: str | None = None
    sending_application: str | None = None
    sending_facility: str | None = None
    networks: tuple[str, ...] = ()
    message_bytes: int | None = None
    messages_per_second: float | None = None

    @property
    def is_guarded(self) -> bool:
        """Whether its messages must come from a network, or with a certificate, of the organisation's."""
        return bool(self.networks or self.certificate)

    def score(self, arrival: Arrival) -> int:
        """How many of its demands the arrival meets; 0 when it fails one or demands nothing."""
        demands = (
            (self.certificate, arrival.certificate),
            (self.sending_application, arrival.sending_application),
            (self.sending_facility, arrival.sending_facility),
            (self.port, arrival.port),
        )
        asked = [(want, got) for want, got in demands if want is not None]
        return len(asked) if all(want == got for want, got in asked) else 0

    def at(self, arrival: Arrival) -> bool:
        """Whether the message came by a port or with a certificate that is this feed's own."""
        asked = ((self.certificate, arrival.certificate), (self.port, arrival.port))
        own = [(want, got) for want, got in asked if want is not None]
        return bool(own) and all(want == got for want, got in own)

    def lets_in(self, address: str) -> bool:
        """Whether messages may come from this address; with a list, one that cannot be read may not."""
        return not self.networks or _is_in(address, self.networks)


@lru_cache(maxsize=4096)
def _is_in(address: str, networks: tuple[str, ...]) -> bool:
    try:
        came_from = ip_address(address.partition("%")[0])
    except ValueError:
        return False
    # An IPv4 sender on a socket for both families shows as ::ffff:a.b.c.d.
    came_from = getattr(came_from, "ipv4_mapped", None) or came_from
    return any(came_from in network for network in map(_network, networks))


@lru_cache(maxsize=256)
def _network(text: str) -> IPv4Network | IPv6Network:
    return ip_network(text)


@dataclass(frozen=True, slots=True)
class Arrival:
    """What a message shows of its sender; `certificate` is the SHA-256 of the client's certificate.

    `address` is where it comes from; it chooses no feed.
    """

    port: int | None = None
    certificate: str | None = None
    sending_application: str = ""
    sending_facility: str = ""
    address: str = ""


def choose_feed(feeds: Iterable[FeedDoor], arrival: Arrival) -> FeedDoor | None:
    """Of the feeds of its door, else of all, the one that asks for most and gets all of it, or None.

    Port and certificate decide first: whoever comes by a feed's own is that feed's sender, and the header's
    names choose only among the feeds of that door. Two that ask for equally much are a matter for a person.
    Networks choose nothing: what belongs to a feed and comes from elsewhere is turned away.
    """
    every = list(feeds)
    meant = [feed for feed in every if feed.at(arrival)] or every
    ranked = sorted(((feed.score(arrival), feed) for feed in meant), key=lambda pair: -pair[0])
    if not ranked or ranked[0][0] == 0:
        return None
    if len(ranked) > 1 and ranked[1][0] == ranked[0][0]:
        return None
    return ranked[0][1]


class InboxPort(Protocol):
    """What the listener needs of the inbox; methods raise `Unavailable` when it is away."""

    async def store(self, door: FeedDoor, arrived: Arrived, due: float) -> Received:
        """Commit one message. Raises TimeoutError when it is not by `due` on the loop's clock: it may be yet,
        and is found then when it comes again.
        """

    async def feeds(self) -> list[FeedDoor]:
        """Every feed."""

    async def unassigned(self) -> FeedDoor:
        """The feed for what nobody claimed."""

    async def note_turned_away(self, door: FeedDoor, times: int) -> None:
        """Count messages that came from outside the networks of their feed."""

    async def note_late_answers(self, organisation_id: UUID, ids: Collection[UUID], is_: LateOutcome) -> None:
        """Write down what became of the application acknowledgements of messages."""

    async def handled(self, organisation_id: UUID, ids: Collection[UUID]) -> set[UUID]:
        """Which of these messages wait for the drain no more."""


class Directory:
    """The feeds and their limits; a new feed needs no restart."""

    def __init__(self, inbox: InboxPort, limits: Limits, *, open_feeds: bool = True) -> None:
        """`open_feeds` serves feeds that anybody who reaches the port could speak for, as a demo does."""
        self._inbox = inbox
        self._limits = limits
        self._open_feeds = open_feeds
        self._refused: set[str] = set()
        self.feeds: list[FeedDoor] = []
        self._largest = limits.message_bytes
        self._unassigned: FeedDoor | None = None
        self._fresh_until = float("-inf")
        self._reading = asyncio.Lock()
        self._chosen: dict[tuple[object, ...], FeedDoor | None] = {}
        self._paces: dict[UUID, Pace] = {}

    async def choose(self, arrival: Arrival, due: float) -> tuple[FeedDoor, bool]:
        """The feed of an arrival, and whether a feed has claimed it. Raises TimeoutError when that is not
        known by `due` on the loop's clock.
        """
        unassigned = self._unassigned
        if unassigned is None or not (self._is_fresh() or self._reading.locked()):
            async with asyncio.timeout_at(due):
                unassigned = await self._read_again()
        found = self._choose(arrival)
        return (found, True) if found else (unassigned, False)

    def _choose(self, arrival: Arrival) -> FeedDoor | None:
        """As `choose_feed`, asked once for each sender while the feeds are the same."""
        shown = (
            arrival.port, arrival.certificate, arrival.sending_application, arrival.sending_facility
        )  # fmt: skip
        if shown not in self._chosen:
            if len(self._chosen) >= MOST_CHOICES:
                self._chosen.clear()
            self._chosen[shown] = choose_feed(self.feeds, arrival)
        return self._chosen[shown]

    async def look_up(self) -> None:
        """Read the list now. Raises Unavailable, or another HomewardError."""
        self._fresh_until = float("-inf")
        await self._read_again()

    async def _read_again(self) -> FeedDoor:
        """Read the list; of many who find it old one reads, and the others go by the old one meanwhile."""
        async with self._reading:
            if self._unassigned is None or not self._is_fresh():
                unassigned = self._unassigned or await self._inbox.unassigned()
                self._unassigned = self._know(await self._inbox.feeds(), unassigned)
                self._fresh_until = asyncio.get_running_loop().time() + FRESH_FOR
            return self._unassigned

    def _know(self, feeds: list[FeedDoor], unassigned: FeedDoor) -> FeedDoor:
        """Go by this list from now on; returns the feed for what nobody claims, as it is in it."""
        self.feeds = [feed for feed in feeds if self._serves(feed)]
        self._largest = max([self._limits.message_bytes, *(feed.message_bytes or 0 for feed in feeds)])
        self._chosen.clear()
        return next((feed for feed in feeds if feed.feed_id == unassigned.feed_id), unassigned)

    def _serves(self, feed: FeedDoor) -> bool:
        """Whether a feed shows who may speak for its organisation; said once of each that does not."""
        if self._open_feeds or feed.is_guarded:
            return True
        if feed.code not in self._refused:
            self._refused.add(feed.code)
            log.error(NOT_SERVED, feed.code)
        return False

    def _is_fresh(self) -> bool:
        return asyncio.get_running_loop().time() < self._fresh_until

    @property
    def largest(self) -> int:
        """The largest message that any feed may send: whose it is shows only once it is there."""
        return self._largest

    def takes(self, feed: FeedDoor, size: int) -> bool:
        """Whether a message of so many bytes is within the feed's limit."""
        return size <= (feed.message_bytes or self._limits.message_bytes)

    def wait(self, feed: FeedDoor) -> float:
        """Take the feed's next turn; returns how many seconds it is away."""
        per_second = feed.messages_per_second or self._limits.messages_per_second
        if per_second is None:
            return 0.0
        pace = self._paces.get(feed.feed_id)
        if pace is None or pace.per_second != per_second:
            pace = self._paces[feed.feed_id] = Pace(per_second)
        return pace.wait(asyncio.get_running_loop().time())
