"""`homeward census`: seeds who lies in which bed, on the day that a trust goes live."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from deploy.cli.options import DEFAULT_DATA, CannotGoOn, Data, PortOffset, plainly


@plainly
def census(
    file: Annotated[Path, typer.Argument(help="CSV file; its columns are described in the guide.")],
    feed: Annotated[str, typer.Option(help="The feed of these stays.")],
    counted_at: Annotated[
        datetime | None, typer.Option(help="When the beds were counted, local time; the default is now.")
    ] = None,
    data: Data = DEFAULT_DATA,
    port_offset: PortOffset = None,
) -> None:
    """Load a census file, whole or not at all; report every fault with its line."""
    import asyncio

    from deploy.cli.stack_access import database_url
    from fhir_adapters.hl7v2.interpret.census import CensusInvalid

    try:
        raw = file.read_bytes()
        stays = asyncio.run(_take(database_url(data, port_offset), feed, raw, counted_at))
    except OSError as error:
        raise CannotGoOn(f"{file} cannot be read ({error.strerror}).") from None
    except CensusInvalid as invalid:
        raise CannotGoOn(str(invalid)) from None
    typer.echo(f"{stays} stays taken" if stays else "This file was loaded before: nothing changed")


async def _take(url: str, feed: str, raw: bytes, counted_at: datetime | None) -> int:
    from datetime import UTC

    from deploy.settings import Settings
    from discharge.clocks import LONDON
    from discharge.store.driver import AT_LENGTH
    from discharge.store.engine import make_engine
    from fhir_adapters.feeds.profile_loader import profiles_with
    from fhir_adapters.hl7v2.store.census import take_census
    from fhir_adapters.hl7v2.store.inbox import PostgresInbox

    engine = make_engine(url, times=AT_LENGTH)
    try:
        clock = await PostgresInbox(engine).clock()
        at = counted_at.replace(tzinfo=LONDON) if counted_at else clock.case_time(datetime.now(UTC))
        profiles = profiles_with(Settings().feed_profiles)
        return (await take_census(engine, feed, raw, counted_at=at, profiles=profiles)).stays
    finally:
        await engine.dispose()
