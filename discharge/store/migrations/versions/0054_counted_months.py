"""Sums of bed days by month beside those by day, so that a report over years reads few."""

from __future__ import annotations

from alembic import op

from discharge.store.migrations import run_sql

revision = "0054"
down_revision = "0053"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql(op.get_bind(), "0054_counted_months.sql")


def downgrade() -> None:
    run_sql(op.get_bind(), "0054_counted_months_down.sql")
