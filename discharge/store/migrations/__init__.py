"""The one history of the record's shape. Statements are written out in ``sql/``; Alembic keeps the order.

Each migration is a transaction of its own, which waits only shortly for a table that is in use, gives way and
tries again. An index on a table that exists already is made by :func:`index_concurrently`.

:func:`migrate` is called by the owner's role only; that role must not be a superuser, because functions that
look through the walls run as their owner.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, create_engine, make_url
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import NullPool

from discharge.store.driver import UNLIMITED, DriverError, session_settings

FOLDER = Path(__file__).parent

LOCK_SECONDS = 3
"""How long a migration waits for a table that somebody uses: whoever comes after it waits behind it."""
PAUSES = (1, 2, 4, 8, 16, 32)
"""Seconds before each further attempt."""
LOCK_NOT_AVAILABLE = "55P03"
MIGRATION_LOCK = 0x686F6D65


class TablesInUse(Exception):
    """A table was in use all the time. What was migrated before it stays so; the next attempt goes on."""


def migrate(url: str, revision: str = "head") -> None:
    """Bring the database at ``url`` up to ``revision`` (a revision id or ``head``)."""
    _with_connection(url, lambda config: command.upgrade(config, revision))


def downgrade(url: str, revision: str = "base") -> None:
    """Take the database at ``url`` back to ``revision``. Everything that the later shapes held is lost."""
    _with_connection(url, lambda config: command.downgrade(config, revision))


def run_sql(connection: Connection, *names: str) -> None:
    """Execute files of ``sql/`` as they are, each one as a whole."""
    cursor = connection.connection.cursor()
    for name in names:
        cursor.execute((FOLDER / "sql" / name).read_text(encoding="utf-8"))


def index_concurrently(
    connection: Connection, table: str, name: str, definition: str, *, unique: bool = False
) -> None:
    """Make an index on a table that has grown, while everybody goes on writing: within `autocommit_block`.

    ``definition`` is what follows the name of the table. What an attempt that was broken off left behind is
    removed first. Nobody waits for this, so that it may wait for whoever reads just now.
    """
    index = "UNIQUE INDEX" if unique else "INDEX"
    for statement in (
        "SET lock_timeout = 0",
        f"DROP INDEX CONCURRENTLY IF EXISTS {name}",
        f"CREATE {index} CONCURRENTLY {name} ON {table} {definition}",
        f"SET lock_timeout = '{LOCK_SECONDS}s'",
    ):
        connection.exec_driver_sql(statement)


def _with_connection(url: str, run: Callable[[Config], None]) -> None:
    """Run Alembic, and again from where it stood while a table was in use. Raises TablesInUse."""
    settings = session_settings(make_url(url), UNLIMITED)
    engine = create_engine(url, poolclass=NullPool, hide_parameters=True, connect_args=settings)
    for pause in (*PAUSES, None):
        try:
            with engine.connect() as connection:
                config = Config()
                config.set_main_option("script_location", str(FOLDER))
                config.attributes["connection"] = connection
                run(config)
        except (OperationalError, DriverError) as error:
            if getattr(getattr(error, "orig", error), "sqlstate", None) != LOCK_NOT_AVAILABLE:
                raise
            if pause is None:
                raise TablesInUse from None
            time.sleep(pause)
        else:
            return
