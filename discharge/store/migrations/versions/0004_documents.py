"""Documents and answered forms that feeds send, and values that no profile maps."""

from __future__ import annotations

from alembic import op

from discharge.store.migrations import run_sql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql(op.get_bind(), "0004_documents.sql")


def downgrade() -> None:
    op.execute("REVOKE EXECUTE ON FUNCTION homeward_open_case FROM homeward_worker")
    op.execute("DROP TABLE unmapped_values, documents")
