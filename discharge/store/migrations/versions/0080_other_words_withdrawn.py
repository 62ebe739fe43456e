"""Words about a contact, and why somebody may know the ward, are withdrawn as notes are."""

from __future__ import annotations

from alembic import op

from discharge.store.migrations import run_sql

revision = "0080"
down_revision = "0079"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql(op.get_bind(), "0080_other_words_withdrawn.sql")


def downgrade() -> None:
    run_sql(op.get_bind(), "0080_other_words_withdrawn_down.sql")
