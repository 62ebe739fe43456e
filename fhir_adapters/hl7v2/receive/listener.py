"""The MLLP listener: takes messages, commits each to the inbox, and only then acknowledges it.

It is our own asyncio server because `hl7.mllp` closes without an answer on an undecodable byte, on a message
past its limit and on an error of the handler, and waits for ever for bytes that are not framed; `hl7apy`'s
server takes one message a connection. Here every one of these gets a coded answer.

Messages of one connection are taken one after the other, so their order is kept. A sender that is slow or
silent holds its own connection only. When the database is away the answer is AE 207: the sender keeps the
message and tries again. When told to stop, the listener takes no new message, finishes the ones at hand with
their answers, and closes.

The modules beside it, in the order in which a message passes them: ports, wire, conversation,
answerer, inbox_row, ack, late; each uses limits, directory (the feeds), tls and counts.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from discharge.clocks import CaseClock
from discharge.errors import HomewardError
from fhir_adapters.background import Background
from fhir_adapters.feeds.book import ProfileBook
from fhir_adapters.feeds.profile_loader import shipped_profiles
from fhir_adapters.hl7v2.receive.answerer import Answerer
from fhir_adapters.hl7v2.receive.conversation import Listener, Shared
from fhir_adapters.hl7v2.receive.counts import Counts
from fhir_adapters.hl7v2.receive.directory import FRESH_FOR, Directory, InboxPort
from fhir_adapters.hl7v2.receive.late import LateAnswers
from fhir_adapters.hl7v2.receive.limits import USUAL, Limits
from fhir_adapters.hl7v2.receive.ports import Doors
from fhir_adapters.hl7v2.receive.tls import Tls

log = logging.getLogger("homeward.mllp")


@dataclass(frozen=True, slots=True)
class Where:
    """Where to listen. Port 0 is a free one.

    With ``tls`` the main port speaks it; with a ``tls_port`` besides, that one does and the main port does
    not. A feed's own port is as the main port, but speaks TLS where the feed names a client's certificate.
    ``open_feeds`` serves feeds that have neither networks nor a certificate, too.
    """

    host: str
    port: int
    tls: Tls | None = None
    tls_port: int | None = None
    open_feeds: bool = True

    @property
    def main_is_secure(self) -> bool:
        """Whether the main port speaks TLS."""
        return self.tls is not None and self.tls_port is None


async def serve(
    inbox: InboxPort,
    clock: CaseClock,
    where: Where,
    *,
    stop: asyncio.Event,
    profiles: ProfileBook | None = None,
    limits: Limits = USUAL,
    counts: Counts | None = None,
    started: Callable[[list[int]], None] | None = None,
    background: Background | None = None,
) -> None:
    """Listen until `stop` is set, on the main port, the TLS port, and every port that a feed has of its own.

    `started` is told the ports, the main port first; `background` keeps up what goes on beside. Raises
    OSError when one of these two is taken.
    """
    counts, background = counts or Counts(), background or Background()
    directory = Directory(inbox, limits, open_feeds=where.open_feeds)
    answerer = Answerer(inbox, directory, clock, profiles or shipped_profiles(), counts, limits)
    late = LateAnswers(inbox, counts)
    listener = Listener(Shared(answerer, directory, late, limits, counts))
    doors = Doors(where.host, limits, counts, listener.converse, where.tls, background)
    watching = [background.start("answers that are owed", late.watch)]
    try:
        await _look_up(directory)
        ports = [await doors.open(where.port, secure=where.main_is_secure)]
        if where.tls and where.tls_port is not None:
            ports.append(await doors.open(where.tls_port, secure=True))
        keep_up = partial(_keep_up, directory, answerer, doors, where)
        watching.append(background.start("feeds", keep_up))
        if started:
            started(ports)
        await stop.wait()
    finally:
        await doors.close()
        await listener.stop()
        await doors.hang_up()
        for task in watching:
            task.cancel()
        await asyncio.wait(watching)
        with contextlib.suppress(HomewardError):
            await answerer.write_down_who_was_turned_away()


async def _keep_up(directory: Directory, answerer: Answerer, doors: Doors, where: Where) -> None:
    """Every few seconds: open the ports of feeds that are new, and write down whom we turned away."""
    while True:
        for feed in directory.feeds:
            if feed.port and feed.port not in doors.ports:
                secure = where.main_is_secure or bool(where.tls and feed.certificate)
                await _try(doors, feed.port, secure=secure)
        await asyncio.sleep(FRESH_FOR)
        await _look_up(directory)
        try:
            await answerer.write_down_who_was_turned_away()
        except HomewardError as error:
            log.warning("not written down who was turned away: %s", error.code)


async def _look_up(directory: Directory) -> None:
    """Read the feeds; without the database those that are known count on."""
    try:
        await directory.look_up()
    except HomewardError as error:
        log.warning("feeds not read: %s", error.code)


async def _try(doors: Doors, port: int, *, secure: bool) -> None:
    try:
        await doors.open(port, secure=secure)
    except OSError as error:
        log.error("port %d of a feed cannot be listened on: %s", port, error.strerror)
