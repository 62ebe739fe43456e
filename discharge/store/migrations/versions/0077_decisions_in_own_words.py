"""Notes about what a person wishes and who decides are read by the team of their case."""

from __future__ import annotations

from alembic import op

from discharge.store.migrations import run_sql

revision = "0077"
down_revision = "0076"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql(op.get_bind(), "0077_decisions_in_own_words.sql")


def downgrade() -> None:
    run_sql(op.get_bind(), "0077_decisions_in_own_words_down.sql")
