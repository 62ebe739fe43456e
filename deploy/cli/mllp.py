"""`homeward mllp`: receives HL7 v2 messages, commits each to the inbox, and then acknowledges it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from deploy.cli.options import plainly
from deploy.cli.start import begin

if TYPE_CHECKING:
    import asyncio

    from deploy.settings import Settings
    from discharge.clocks import CaseClock
    from discharge.store.engine import Sessions
    from fhir_adapters.background import Background
    from fhir_adapters.feeds.profile_watch import WatchedBook
    from fhir_adapters.hl7v2.receive.limits import Limits
    from fhir_adapters.hl7v2.receive.listener import Where
    from fhir_adapters.hl7v2.store.inbox import PostgresInbox
    from workflows.readiness import Readiness

WATCHDOG_SECONDS = 20
RETRY_SECONDS = 1.0


@plainly
def mllp() -> None:
    """Listen for HL7 v2 over MLLP until stopped. Needs only PostgreSQL."""
    settings = begin("database_url")
    import uvloop

    uvloop.run(_listen(settings))


async def _listen(settings: Settings) -> None:
    import asyncio
    from datetime import timedelta

    from deploy.collector import leave_out_what_is_loaded
    from deploy.health_server import HealthDoor
    from deploy.settings import driver_url
    from discharge.store.engine import make_engine, make_sessions
    from fhir_adapters.background import Background
    from fhir_adapters.feeds.profile_watch import WatchedBook
    from fhir_adapters.hl7v2.receive.counts import Counts
    from fhir_adapters.hl7v2.receive.listener import serve
    from fhir_adapters.hl7v2.store.inbox import PostgresInbox
    from fhir_adapters.store.profiles import keep_following
    from workflows.shutdown import stop_on_signals

    leave_out_what_is_loaded()
    stop = asyncio.Event()
    stop_on_signals(stop, timedelta(seconds=WATCHDOG_SECONDS))
    where, limits, counts = _where(settings), _limits(settings), Counts()
    profiles = WatchedBook(settings.feed_profiles)
    times = settings.database_times(settings.mllp_statement_seconds)
    engine = make_engine(driver_url(settings.need("database_url")), times=times)
    inbox = PostgresInbox(engine)
    ports: list[int] = []
    background = Background()
    background.start("profiles", lambda: keep_following(engine, profiles))
    try:
        async with HealthDoor.of(settings, "mllp_health_port").serve(
            _readiness(make_sessions(engine), inbox, ports, profiles, background, where), counts.registry
        ):
            clock = await _clock_once_there(inbox, stop)
            if clock:
                await serve(
                    inbox, clock, where,
                    profiles=profiles, stop=stop, limits=limits, counts=counts,
                    started=ports.extend, background=background,
                )  # fmt: skip
    finally:
        await background.stop()
        await inbox.close()
        await engine.dispose()


def _where(settings: Settings) -> Where:
    """Where to listen. Raises MissingSetting when TLS is half set up, WrongSetting when a file is no good."""
    from deploy.tls_files import authorities, own_pair
    from fhir_adapters.hl7v2.receive.listener import Where
    from fhir_adapters.hl7v2.receive.tls import Tls, TlsFiles

    of_tls = ("mllp_tls_certificate", "mllp_tls_key", "mllp_tls_client_ca")
    tls = None
    if settings.mllp_tls_port or any(getattr(settings, name) for name in of_tls):
        files = TlsFiles(*(Path(settings.need(name)) for name in of_tls))
        own_pair(settings, of_tls[0], of_tls[1])
        authorities(settings, of_tls[2])
        tls = Tls(files)
    open_feeds = settings.mllp_open_feeds
    return Where(settings.mllp_host, settings.mllp_port, tls, settings.mllp_tls_port, open_feeds)


def _limits(settings: Settings) -> Limits:
    from fhir_adapters.hl7v2.receive.limits import Limits

    return Limits(
        message_bytes=settings.mllp_message_bytes,
        connections=settings.mllp_connections,
        connections_per_address=settings.mllp_connections_per_address,
        idle_seconds=settings.mllp_idle_seconds,
        read_seconds=settings.mllp_read_seconds,
        keep_seconds=settings.mllp_keep_seconds,
        messages_per_second=settings.mllp_messages_per_second,
    )


def _readiness(
    sessions: Sessions,
    inbox: PostgresInbox,
    ports: list[int],
    profiles: WatchedBook,
    background: Background,
    where: Where,
) -> Readiness:
    """Ready is who listens, and can commit; which feeds are not served, which profiles, and what fails in the
    background and begins again, is told.
    """
    import asyncio

    from discharge.errors import HomewardError
    from workflows import readiness

    async def listening() -> str:
        return readiness.OK if ports else readiness.AWAY

    async def feeds() -> str:
        try:
            async with asyncio.timeout(readiness.LOOK_SECONDS):
                found = await inbox.feeds()
        except (HomewardError, TimeoutError):
            return readiness.AWAY
        closed = [feed.code for feed in found if not (where.open_feeds or feed.is_guarded)]
        return f"not served: {', '.join(sorted(closed))}" if closed else readiness.OK

    return readiness.Readiness(
        {
            "database": readiness.database(sessions),
            "listening": listening,
            "feeds": feeds,
            "profiles": readiness.files(profiles),
            "tasks": readiness.tasks(background.failing),
        },
        needed=frozenset({"database", "listening"}),
    )


async def _clock_once_there(inbox: PostgresInbox, stop: asyncio.Event) -> CaseClock | None:
    """The case clock, as soon as PostgreSQL gives it; None when told to stop before."""
    import asyncio
    import logging

    while not stop.is_set():
        try:
            return await inbox.clock()
        except Exception as failure:
            logging.getLogger("homeward.mllp").warning("waiting for PostgreSQL: %s", type(failure).__name__)
        await asyncio.sleep(RETRY_SECONDS)
    return None
