"""Organisations in which nobody is named for safety are told so; a file of places can name somebody."""

from __future__ import annotations

from alembic import op

from discharge.store.migrations import run_sql

revision = "0064"
down_revision = "0063"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql(op.get_bind(), "0064_safety_unnamed.sql")


def downgrade() -> None:
    run_sql(op.get_bind(), "0064_safety_unnamed_down.sql")
