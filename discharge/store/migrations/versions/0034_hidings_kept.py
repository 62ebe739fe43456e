"""A hiding that a trust keeps outlasts its sender's withdrawal."""

from __future__ import annotations

from alembic import op

from discharge.store.migrations import run_sql

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql(op.get_bind(), "0034_hidings_kept.sql")


def downgrade() -> None:
    run_sql(op.get_bind(), "0034_hidings_kept_down.sql")
