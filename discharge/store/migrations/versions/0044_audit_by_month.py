"""Who looked and who changed is split by month: the table becomes the first partition, no row is moved."""

from __future__ import annotations

from datetime import datetime

from alembic import op
from sqlalchemy import Connection, text

from discharge.store.migrations import index_concurrently, run_sql

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None

TABLES = ("audit_reads", "audit_writes")
_BOUNDARY = """
SELECT date_trunc('month', greatest(now(), max(at)), 'UTC') + interval '2 months' FROM {}
"""
"""The first partition ends a month from now at least: a migration that is broken off holds up nobody."""


def upgrade() -> None:
    with op.get_context().autocommit_block():
        connection = op.get_bind()
        index_concurrently(connection, "audit_writes", "ix_audit_writes_first_subject", "(subject, at)")
        for table in TABLES:
            index_concurrently(connection, table, f"pk_{table}_first", "(id, at)", unique=True)
            _end(connection, table)
    run_sql(op.get_bind(), "0044_audit_by_month.sql")


def _end(connection: Connection, table: str) -> None:
    """Have PostgreSQL know that every row lies before the second partition, beside whoever writes."""
    connection.execute(text("SET timezone = 'UTC'"))
    boundary: datetime = connection.execute(text(_BOUNDARY.format(table))).scalar_one()
    for statement in (
        f"ALTER TABLE {table} DROP CONSTRAINT IF EXISTS ck_{table}_first",
        f"ALTER TABLE {table} ADD CONSTRAINT ck_{table}_first CHECK (at < '{boundary}') NOT VALID",
        f"ALTER TABLE {table} VALIDATE CONSTRAINT ck_{table}_first",
    ):
        connection.exec_driver_sql(statement)


def downgrade() -> None:
    run_sql(op.get_bind(), "0044_audit_by_month_down.sql")
