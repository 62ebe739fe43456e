"""The bytes of messages lie in a table by month beside the inbox. No row is moved here: a chore does it."""

from __future__ import annotations

from alembic import op

from discharge.store.migrations import index_concurrently, run_sql

revision = "0048"
down_revision = "0047"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.get_context().autocommit_block():
        index_concurrently(op.get_bind(), "inbox", "ix_inbox_not_moved", "(sequence) WHERE raw IS NOT NULL")
    run_sql(op.get_bind(), "0048_inbox_bytes.sql")


def downgrade() -> None:
    run_sql(op.get_bind(), "0048_inbox_bytes_down.sql")
