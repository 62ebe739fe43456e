"""Numbers that are not safe to ring are known again in more spellings."""

from __future__ import annotations

from alembic import op

from discharge.store.migrations import run_sql

revision = "0081"
down_revision = "0080"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql(op.get_bind(), "0081_more_spellings.sql")


def downgrade() -> None:
    run_sql(op.get_bind(), "0081_more_spellings_down.sql")
