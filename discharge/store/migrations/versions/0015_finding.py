"""Messages are found by ward and by how they came; a replay can be stopped."""

from __future__ import annotations

from alembic import op

from discharge.store.migrations import run_sql

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql(op.get_bind(), "0015_finding.sql")


def downgrade() -> None:
    run_sql(op.get_bind(), "0015_finding_down.sql")
