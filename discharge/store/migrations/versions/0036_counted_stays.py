"""What the bed-days report adds up is kept beside each case."""

from __future__ import annotations

from alembic import op

from discharge.store.migrations import run_sql

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql(op.get_bind(), "0036_counted_stays.sql")


def downgrade() -> None:
    run_sql(op.get_bind(), "0036_counted_stays_down.sql")
