"""Workers are told that somebody left work for them, so that they need not look again and again."""

from __future__ import annotations

from alembic import op

from discharge.store.migrations import run_sql

revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql(op.get_bind(), "0045_work_notices.sql")


def downgrade() -> None:
    run_sql(op.get_bind(), "0045_work_notices_down.sql")
