"""The annex of a case that ended as merged goes to the case that goes on, and back."""

from __future__ import annotations

from alembic import op

from discharge.store.migrations import run_sql

revision = "0060"
down_revision = "0059"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql(op.get_bind(), "0060_safety_merges.sql")


def downgrade() -> None:
    run_sql(op.get_bind(), "0060_safety_merges_down.sql")
