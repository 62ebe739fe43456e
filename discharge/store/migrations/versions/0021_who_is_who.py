"""Sessions are kept here and can be ended; users and audit are written in nobody else's name."""

from __future__ import annotations

from alembic import op

from discharge.store.migrations import run_sql

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql(op.get_bind(), "0021_who_is_who.sql")


def downgrade() -> None:
    run_sql(op.get_bind(), "0021_who_is_who_down.sql")
