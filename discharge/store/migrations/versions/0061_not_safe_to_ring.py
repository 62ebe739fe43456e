"""Numbers that are not safe to ring, marked for all who see them, whoever may read why."""

from __future__ import annotations

from alembic import op

from discharge.store.migrations import run_sql

revision = "0061"
down_revision = "0060"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql(op.get_bind(), "0061_not_safe_to_ring.sql")


def downgrade() -> None:
    run_sql(op.get_bind(), "0061_not_safe_to_ring_down.sql")
