"""Words that are withdrawn in one of two cases that were merged are withdrawn in the other, too."""

from __future__ import annotations

from alembic import op

from discharge.store.migrations import index_concurrently, run_sql

revision = "0075"
down_revision = "0073"
branch_labels = None
depends_on = None

COPIES = "(original_id) WHERE original_id IS NOT NULL"


def upgrade() -> None:
    run_sql(op.get_bind(), "0075_withdrawn_copies.sql")
    with op.get_context().autocommit_block():
        index_concurrently(op.get_bind(), "notes", "ix_notes_original_id", COPIES)


def downgrade() -> None:
    run_sql(op.get_bind(), "0075_withdrawn_copies_down.sql")
