"""Whom to call by messages: since when, and as whom."""

from __future__ import annotations

from alembic import op

from discharge.store.migrations import run_sql

revision = "0062"
down_revision = "0061"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql(op.get_bind(), "0062_said_by_messages.sql")


def downgrade() -> None:
    run_sql(op.get_bind(), "0062_said_by_messages_down.sql")
