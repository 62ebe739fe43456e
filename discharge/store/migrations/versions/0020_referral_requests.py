"""A referral is a request where its sender has no part for the person."""

from __future__ import annotations

from alembic import op

from discharge.store.migrations import run_sql

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql(op.get_bind(), "0020_referral_requests.sql")


def downgrade() -> None:
    run_sql(op.get_bind(), "0020_referral_requests_down.sql")
