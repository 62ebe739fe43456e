"""What the listener needs of the inbox, and the feeds there are, read again every few seconds."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Collection
from typing import Literal, Protocol
from uuid import UUID

from fhir_adapters.feeds.feed_choice import Arrival, FeedDoor, choose_feed
from fhir_adapters.hl7v2.receive.limits import Limits, Pace
from fhir_adapters.store.inbox import Arrived, Received

FRESH_FOR = 5.0
"""Seconds for which the list of feeds is trusted."""
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
                self._unassigned = await self._inbox.unassigned()
                self._know(await self._inbox.feeds())
                self._fresh_until = asyncio.get_running_loop().time() + FRESH_FOR
            return self._unassigned

    def _know(self, feeds: list[FeedDoor]) -> None:
        self.feeds = [feed for feed in feeds if self._serves(feed)]
        self._largest = max([self._limits.message_bytes, *(feed.message_bytes or 0 for feed in feeds)])
        self._chosen.clear()

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
