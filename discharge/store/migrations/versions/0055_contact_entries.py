"""Whom to call about a case: what staff recorded, and every earlier version of it."""

from __future__ import annotations

from alembic import op

from discharge.store.migrations import run_sql

revision = "0055"
down_revision = "0054"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql(op.get_bind(), "0055_contact_entries.sql")


def downgrade() -> None:
    run_sql(op.get_bind(), "0055_contact_entries_down.sql")
