"""Messages are kept by a statement that is planned once, and their bytes are sent as bytes."""

from __future__ import annotations

from alembic import op

from discharge.store.migrations import run_sql

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql(op.get_bind(), "0014_receiving_planned_once.sql")


def downgrade() -> None:
    op.execute("DROP FUNCTION homeward_receive")
    run_sql(op.get_bind(), "0003_receiving.sql")
