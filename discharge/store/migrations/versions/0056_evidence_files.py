"""Photos and documents on items of the home check."""

from __future__ import annotations

from alembic import op

from discharge.store.migrations import run_sql

revision = "0056"
down_revision = "0055"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql(op.get_bind(), "0056_evidence_files.sql")


def downgrade() -> None:
    run_sql(op.get_bind(), "0056_evidence_files_down.sql")
