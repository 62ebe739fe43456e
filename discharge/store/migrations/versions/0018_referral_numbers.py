"""A sender's own number of a referral is looked up with each referral and by search."""

from __future__ import annotations

from alembic import op

from discharge.store.migrations import run_sql

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql(op.get_bind(), "0018_referral_numbers.sql")


def downgrade() -> None:
    run_sql(op.get_bind(), "0018_referral_numbers_down.sql")
