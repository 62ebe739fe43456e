"""One message to its answer: which feed it belongs to, whether it may, stored, and only then acknowledged."""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime
from itertools import count
from typing import NamedTuple

from discharge.clocks import CaseClock, london_date
from discharge.errors import HomewardError
from fhir_adapters.feeds.book import ProfileBook
from fhir_adapters.hl7v2.parse.envelope import MessageHeader, Unreadable, header_of, read_envelope
from fhir_adapters.hl7v2.receive.ack import (
    STORED,
    AckRules,
    Verdict,
    answer_code,
    build_ack,
    owes_application,
    verdict_of,
    verdict_on,
)
from fhir_adapters.hl7v2.receive.counts import Counts
from fhir_adapters.hl7v2.receive.directory import Arrival, Directory, FeedDoor, InboxPort
from fhir_adapters.hl7v2.receive.inbox_row import arrived, numbers_hidden
from fhir_adapters.hl7v2.receive.late import Owed
from fhir_adapters.hl7v2.receive.limits import USUAL, Limits
from fhir_adapters.store.inbox import HiddenNumber, Received

log = logging.getLogger("homeward.mllp")

ALWAYS = AckRules()
OWED_SECONDS = 5.0
"""How long the note of an answer that is owed may take; the message is safe, and its sender waits."""
LARGE = 262_144
"""Bytes from which a message is read beside the others, because they would all wait for it meanwhile."""
NOT_IN_TIME = "database-unavailable"
"""What a sender is told when its message was not committed in time; it may be yet, and is found then when it
is sent again.
"""
NO_FEED = "unknown"
"""Counted for a message whose feed could not be looked up."""


class Acknowledgement(NamedTuple):
    """What to do about one message: the acknowledgement, None for none; one that is owed for later; and
    whether the connection ends here.
    """

    reply: bytes | None
    owed: Owed | None = None
    hang_up: bool = False


TURNED_AWAY = Acknowledgement(None, hang_up=True)


class Answerer:
    """Answers messages; one instance a process."""

    def __init__(
        self,
        inbox: InboxPort,
        directory: Directory,
        clock: CaseClock,
        profiles: ProfileBook,
        counts: Counts,
        limits: Limits = USUAL,
    ) -> None:
        self._inbox = inbox
        self._directory = directory
        self._clock = clock
        self._profiles = profiles
        self._counts = counts
        self._limits = limits
        self._turned_away = Counter[FeedDoor]()
        self._ack_ids = _ack_ids()

    async def answer(self, raw: bytes, door: Arrival) -> Acknowledgement:
        """Store one message and say what to answer. A message that cannot be stored is answered all the same:
        AE 207 asks its sender to try again.
        """
        read = await _read(raw)
        header = header_of(read)
        feed, rules, received = None, ALWAYS, None
        today = self._clock.today(datetime.now(UTC))
        due = asyncio.get_running_loop().time() + self._limits.keep_seconds
        try:
            feed, claimed = await self._directory.choose(_arrival(door, header), due)
            if not feed.lets_in(door.address):
                return self._turn_away(feed, door)
            rules = self._profiles.in_force(feed.profile, today).acknowledgement
            if self._directory.takes(feed, len(raw)):
                hides = await self._hidden_by(raw, read, feed, today) if claimed else ()
                due += await self._wait_for_turn(feed)
                row = arrived(raw, read, claimed=claimed, hides=hides)
                with self._counts.commit.time():
                    received = await self._inbox.store(feed, row, due)
                verdict = verdict_on(read)
            else:
                verdict = verdict_of("message-too-large")
        except HomewardError as error:
            log.warning("message not stored: %s", error.code)
            verdict = verdict_of(error.code)
        except TimeoutError:
            log.warning("message not stored in time: %s", NOT_IN_TIME)
            verdict = verdict_of(NOT_IN_TIME)
        except Exception as error:
            log.error("message not stored: %s", type(error).__name__)
            verdict = verdict_of("internal")
        code = answer_code(header, verdict, rules)
        self._counts.answered(feed.code if feed else NO_FEED, code)
        if feed and received and header and owes_application(header, verdict, rules):
            return Acknowledgement(
                self._written(header, verdict, code), await self._owe(feed, received, header)
            )
        return Acknowledgement(self._written(header, verdict, code))

    def refuse(self, code: str, head: bytes = b"") -> bytes:
        """The answer to something that is no whole message, of which ``head`` is known."""
        header = header_of(read_envelope(head))
        verdict = verdict_of(code)
        self._counts.answered(NO_FEED, verdict.code)
        self._counts.ended.labels(code).inc()
        return self._ack(header, verdict, verdict.code)

    async def write_down_who_was_turned_away(self) -> None:
        """Add to the record what was counted since the last time. Raises Unavailable."""
        for feed, times in list(self._turned_away.items()):
            await self._inbox.note_turned_away(feed, times)
            self._turned_away[feed] -= times
            if not self._turned_away[feed]:
                del self._turned_away[feed]

    def _turn_away(self, feed: FeedDoor, door: Arrival) -> Acknowledgement:
        log.warning("turned away: %s is not in the networks of feed %s", door.address, feed.code)
        self._turned_away[feed] += 1
        self._counts.turned_away.labels(feed.code).inc()
        self._counts.answered(feed.code, None)
        return TURNED_AWAY

    async def _wait_for_turn(self, feed: FeedDoor) -> float:
        """Hold back what comes too fast: until its turn its connection is not read, and TCP slows the
        sender. Returns for how many seconds.
        """
        seconds = self._directory.wait(feed)
        if seconds:
            self._counts.held_back.labels(feed.code).inc(seconds)
            await asyncio.sleep(seconds)
        return seconds

    async def _hidden_by(
        self, raw: bytes, read: MessageHeader | Unreadable, feed: FeedDoor, today: date
    ) -> tuple[HiddenNumber, ...]:
        """Whom the message hides; should the look at it fail, it is stored all the same."""
        try:
            profile = self._profiles.in_force(feed.profile, _day_of(read, today))
            if len(raw) < LARGE:
                return numbers_hidden(raw, read, profile)
            return await asyncio.to_thread(numbers_hidden, raw, read, profile)
        except Exception as error:
            log.error("not found whom a message hides: %s", type(error).__name__)
            return ()

    async def _owe(self, feed: FeedDoor, received: Received, header: MessageHeader) -> Owed:
        """The application acknowledgement that is to follow, noted before the commit is acknowledged."""
        try:
            async with asyncio.timeout(OWED_SECONDS):
                await self._inbox.note_late_answers(feed.organisation_id, {received.id}, "owed")
        except (HomewardError, TimeoutError) as error:
            log.warning("owed answer not noted: %s", type(error).__name__)
        return Owed(feed.organisation_id, received.id, lambda: self._ack(header, STORED, STORED.code))

    def _written(self, header: MessageHeader | None, verdict: Verdict, code: str | None) -> bytes | None:
        """The acknowledgement with this code; None for none."""
        return None if code is None else self._ack(header, verdict, code)

    def _ack(self, header: MessageHeader | None, verdict: Verdict, code: str) -> bytes:
        now = self._clock.case_time(datetime.now(UTC))
        return build_ack(header, verdict, code, now=now, ack_id=next(self._ack_ids))


async def _read(raw: bytes) -> MessageHeader | Unreadable:
    return read_envelope(raw) if len(raw) < LARGE else await asyncio.to_thread(read_envelope, raw)


def _day_of(read: MessageHeader | Unreadable, today: date) -> date:
    """The day by whose profile the drain will read the message."""
    header = header_of(read)
    return min(london_date(header.event_time), today) if header and header.event_time else today


def _ack_ids() -> Iterator[str]:
    """Message ids of acknowledgements, 20 characters: what this process is called by chance, and a count."""
    process = secrets.token_hex(6).upper()
    return (f"{process}{number % 0x1_0000_0000:08X}" for number in count())


def _arrival(door: Arrival, header: MessageHeader | None) -> Arrival:
    """Where a message came in, with what its header says of the sender."""
    if header is None:
        return door
    return Arrival(
        door.port, door.certificate, header.sending_application, header.sending_facility, door.address
    )
