"""Words that do not belong on a case are withdrawn, or moved to the restricted annex."""

from __future__ import annotations

from alembic import op

from discharge.store.migrations import run_sql

revision = "0073"
down_revision = "0069"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql(op.get_bind(), "0073_words_withdrawn.sql")


def downgrade() -> None:
    run_sql(op.get_bind(), "0073_words_withdrawn_down.sql")
