"""`homeward mllp`: receives HL7 v2 messages, commits each to the inbox, and then acknowledges it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deploy.cli.options import plainly

if TYPE_CHECKING:
    import asyncio

    from deploy.settings import Settings
    from discharge.clocks import CaseClock
    from fhir_adapters.hl7v2.store.inbox import PostgresInbox

WATCHDOG_SECONDS = 20
RETRY_SECONDS = 1.0


@plainly
def mllp() -> None:
    """Listen for HL7 v2 over MLLP until told to stop. Needs PostgreSQL alone."""
    import asyncio

    from deploy.settings import Settings
    from workflows import logs

    settings = Settings()
    settings.need("database_url")
    logs.configure(settings.log_level)
    asyncio.run(_listen(settings))


async def _listen(settings: Settings) -> None:
    import asyncio
    from datetime import timedelta

    from deploy.settings import driver_url
    from discharge.store.engine import make_engine
    from fhir_adapters.feeds.loading import profiles_with
    from fhir_adapters.hl7v2.listener import serve
    from fhir_adapters.hl7v2.store.inbox import PostgresInbox
    from workflows.stopping import stop_on_signals

    stop = asyncio.Event()
    stop_on_signals(stop, timedelta(seconds=WATCHDOG_SECONDS))
    engine = make_engine(driver_url(settings.need("database_url")))
    inbox = PostgresInbox(engine)
    try:
        clock = await _clock_once_there(inbox, stop)
        if clock:
            host, port, profiles = (
                settings.mllp_host,
                settings.mllp_port,
                profiles_with(settings.feed_profiles),
            )
            await serve(inbox, clock, host=host, port=port, profiles=profiles, stop=stop)
    finally:
        await inbox.close()
        await engine.dispose()


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
