"""Figures of bed days as sums by organisation, day and month; all cases count anew."""

from __future__ import annotations

from alembic import op

from discharge.store.migrations import index_concurrently, run_sql

revision = "0052"
down_revision = "0051"
branch_labels = None
depends_on = None


UNSUMMED = "(id) WHERE summed_version IS DISTINCT FROM version"


def upgrade() -> None:
    with op.get_context().autocommit_block():
        op.execute("ALTER TABLE cases ADD COLUMN IF NOT EXISTS summed_version INTEGER")
        index_concurrently(op.get_bind(), "cases", "ix_cases_unsummed", UNSUMMED)
    run_sql(op.get_bind(), "0052_counted_sums.sql")


def downgrade() -> None:
    run_sql(op.get_bind(), "0052_counted_sums_down.sql")
