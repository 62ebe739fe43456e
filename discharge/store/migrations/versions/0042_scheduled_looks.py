"""When a strand is looked at next, and by when a part of the system is heard of again."""

from __future__ import annotations

from alembic import op

from discharge.store.migrations import index_concurrently, run_sql

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql(op.get_bind(), "0042_scheduled_looks.sql")
    with op.get_context().autocommit_block():
        waits = "(next_look_at) WHERE status = 'open' AND next_look_at IS NOT NULL"
        index_concurrently(op.get_bind(), "strands", "ix_strands_next_look", waits)


def downgrade() -> None:
    run_sql(op.get_bind(), "0042_scheduled_looks_down.sql")
