"""The one history of the record's shape. Statements are written out in ``sql/``; Alembic keeps the order.

:func:`migrate` is called by the owner's role only; that role must not be a superuser, because functions that
look through the walls run as their owner.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, create_engine, make_url
from sqlalchemy.pool import NullPool

from discharge.store.driver import UNLIMITED, session_settings

FOLDER = Path(__file__).parent


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


def _with_connection(url: str, run: Callable[[Config], None]) -> None:
    settings = session_settings(make_url(url), UNLIMITED)
    engine = create_engine(url, poolclass=NullPool, hide_parameters=True, connect_args=settings)
    with engine.begin() as connection:
        config = Config()
        config.set_main_option("script_location", str(FOLDER))
        config.attributes["connection"] = connection
        run(config)
