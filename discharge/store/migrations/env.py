"""Alembic's environment: one connection, one transaction, one migrator at a time."""

from __future__ import annotations

from alembic import context
from sqlalchemy import Connection, text

MIGRATION_LOCK = 0x686F6D65


def _run(connection: Connection) -> None:
    """Two processes that start at once must not both migrate, so the second waits and finds nothing to do."""
    context.configure(connection=connection, transactional_ddl=True, transaction_per_migration=False)
    with context.begin_transaction():
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": MIGRATION_LOCK})
        context.run_migrations()


_run(context.config.attributes["connection"])
