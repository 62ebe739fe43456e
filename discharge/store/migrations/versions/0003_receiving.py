"""Messages are kept by one statement, however many come together."""

from __future__ import annotations

from alembic import op

from discharge.store.migrations import run_sql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql(op.get_bind(), "0003_receiving.sql")


def downgrade() -> None:
    op.execute("DROP FUNCTION homeward_receive")
