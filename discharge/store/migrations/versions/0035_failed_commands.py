"""Operators decide about commands that failed: another try, or none."""

from __future__ import annotations

from alembic import op

from discharge.store.migrations import run_sql

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql(op.get_bind(), "0035_failed_commands.sql")


def downgrade() -> None:
    run_sql(op.get_bind(), "0035_failed_commands_down.sql")
