"""What a person says in their own words is read by the team of their case."""

from __future__ import annotations

from alembic import op

from discharge.store.migrations import run_sql

revision = "0074"
down_revision = "0075"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql(op.get_bind(), "0074_own_words.sql")


def downgrade() -> None:
    run_sql(op.get_bind(), "0074_own_words_down.sql")
