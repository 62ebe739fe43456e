"""`homeward migrate`: brings the record's tables to the shape that this version needs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from deploy.cli.options import CannotGoOn, plainly

WORTH_A_WORD = 0.001


@plainly
def migrate(
    down: Annotated[bool, typer.Option("--down", help="Remove all tables. Every record is lost.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="With --down: do not ask for confirmation.")] = False,
    places: Annotated[
        Path | None, typer.Option(help="YAML file of organisations, partners, feeds and homes to register.")
    ] = None,
    partner_url: Annotated[
        str, typer.Option(help="Address below which endpoints that begin with a slash are.")
    ] = "",
    partner_hl7_url: Annotated[
        str, typer.Option(help="Address of partners by HL7 v2 whose endpoint is a slash: mllp://host:port.")
    ] = "",
    openid_issuer: Annotated[
        str | None,
        typer.Option(
            help="OpenID provider of the safety advisers in the file. Otherwise HOMEWARD_OPENID_ISSUER."
        ),
    ] = None,
) -> None:
    """Upgrade the database of HOMEWARD_DATABASE_URL to this version, signed in as its owner.

    The first time this also fixes case time for good, by HOMEWARD_DAY_LENGTH.
    """
    import asyncio

    from deploy.settings import Settings, driver_url
    from discharge.clocks import parse_day_length
    from discharge.store import migrations

    settings = Settings()
    url = driver_url(settings.need("database_url"))
    if down:
        if not yes:
            _ask_first(url)
        _patiently(lambda: migrations.downgrade(url))
        return
    _patiently(lambda: migrations.migrate(url))
    factor = parse_day_length(settings.day_length)
    issuer = settings.openid_issuer if openid_issuer is None else openid_issuer
    of_here = (partner_url, partner_hl7_url, settings.mllp_port, issuer)
    asyncio.run(_prepare(url, factor, places, of_here))


def _patiently(change: Callable[[], None]) -> None:
    """Change the tables. Raises CannotGoOn where one was in use all the time."""
    from discharge.store.migrations import TablesInUse

    try:
        change()
    except TablesInUse:
        raise CannotGoOn(
            "A table was always in use and could not be changed. Earlier steps stay done. Run "
            "this again at a quieter time, for instance without long reports."
        ) from None


def _ask_first(url: str) -> None:
    """Have the name of what is lost typed. Raises CannotGoOn where nobody is asked, or it is not meant."""
    import sys

    from sqlalchemy import make_url

    name = make_url(url).database or ""
    if not sys.stdin.isatty():
        raise CannotGoOn(f"This removes everything that {name} holds for good. Add --yes to confirm.")
    typed = typer.prompt(f"Everything in {name} is lost for good. Type the name of the database to continue")
    if typed != name:
        raise CannotGoOn("Nothing was changed, because the name is different.")


async def _prepare(
    url: str, factor: float, places: Path | None, of_here: tuple[str, str, int, str | None]
) -> None:
    from datetime import UTC, datetime

    from deploy.places import Here, read_places, register
    from discharge.store.driver import AT_LENGTH
    from discharge.store.engine import make_engine, make_sessions
    from workflows.store.clock import fixed_clock

    engine = make_engine(url, times=AT_LENGTH)
    try:
        clock = await fixed_clock(make_sessions(engine), factor)
        if abs(clock.factor - factor) > WORTH_A_WORD:
            raise CannotGoOn(_words(clock.factor))
        if places:
            here = Here(clock.today(datetime.now(UTC)), *of_here)
            listed = read_places(places)
            await register(engine, listed, here)
            if listed.safety_advisers and not here.openid_issuer:
                typer.echo("The safety advisers of the file were not named. Set HOMEWARD_OPENID_ISSUER.")
    finally:
        await engine.dispose()


def _words(factor: float) -> str:
    from discharge.clocks import DAY_SECONDS

    return (
        f"A day of case time was fixed at {DAY_SECONDS / factor:g} s when this database was first used. "
        f"Keep it with --day-length {DAY_SECONDS / factor:g}s, or use another database."
    )
