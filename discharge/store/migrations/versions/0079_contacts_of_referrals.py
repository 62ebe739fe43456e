"""Whom to call by a referral: kept until the case answers, and told apart from what feeds say."""

from __future__ import annotations

from alembic import op

from discharge.store.migrations import run_sql

revision = "0079"
down_revision = "0078"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql(op.get_bind(), "0079_contacts_of_referrals.sql")


def downgrade() -> None:
    run_sql(op.get_bind(), "0079_contacts_of_referrals_down.sql")
