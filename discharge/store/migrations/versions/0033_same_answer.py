"""A referral answers alike whosever numbers are combined, and who reviewed a request stops with the stay."""

from __future__ import annotations

from alembic import op

from discharge.store.migrations import run_sql

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql(op.get_bind(), "0033_same_answer.sql")


def downgrade() -> None:
    run_sql(op.get_bind(), "0033_same_answer_down.sql")
