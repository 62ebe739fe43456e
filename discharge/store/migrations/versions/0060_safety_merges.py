"""The annex of a case that ended as merged goes to the case that goes on, and back."""

from __future__ import annotations

from alembic import op

from discharge.store.migrations import index_concurrently, run_sql

revision = "0060"
down_revision = "0059"
branch_labels = None
depends_on = None

OWN = "(own_case_id) WHERE own_case_id IS NOT NULL"


def upgrade() -> None:
    run_sql(op.get_bind(), "0060_safety_merges.sql")
    with op.get_context().autocommit_block():
        index_concurrently(op.get_bind(), "safety_events", "ix_safety_events_own_case_id", OWN)


def downgrade() -> None:
    run_sql(op.get_bind(), "0060_safety_merges_down.sql")
