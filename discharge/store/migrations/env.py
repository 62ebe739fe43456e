"""Alembic's environment: one connection, a transaction for each migration, one migrator at a time."""

from __future__ import annotations

import time

from alembic import context
from sqlalchemy import Connection, text

from discharge.store.migrations import LOCK_SECONDS, MIGRATION_LOCK

ASK_AGAIN_SECONDS = 0.2


def _run(connection: Connection) -> None:
    """Two processes that start at once must not both migrate, so the second waits and finds nothing to do.

    It asks again and again, outside of any transaction: an index that is made concurrently waits for every
    transaction that began before it, also for one that waits for us.
    """
    while not _locked(connection):
        time.sleep(ASK_AGAIN_SECONDS)
    connection.exec_driver_sql(f"SET lock_timeout = '{LOCK_SECONDS}s'")
    connection.commit()
    context.configure(connection=connection, transactional_ddl=True, transaction_per_migration=True)
    with context.begin_transaction():
        context.run_migrations()


def _locked(connection: Connection) -> bool:
    """The lock is the session's and ends with it."""
    locked = connection.scalar(text("SELECT pg_try_advisory_lock(:key)"), {"key": MIGRATION_LOCK})
    connection.commit()
    return bool(locked)


_run(context.config.attributes["connection"])
