"""`homeward migrate`: brings the record's tables to the shape that this version needs."""

from __future__ import annotations

from typing import Annotated

import typer

from deploy.cli.options import plainly


@plainly
def migrate(
    down: Annotated[
        bool, typer.Option("--down", help="Take everything away again. All that was recorded is lost.")
    ] = False,
) -> None:
    """Bring the database of HOMEWARD_DATABASE_URL to the current shape, signed in as its owner."""
    from deploy.settings import Settings, driver_url
    from discharge.store import migrations

    url = driver_url(Settings().need("database_url"))
    if down:
        migrations.downgrade(url)
    else:
        migrations.migrate(url)
