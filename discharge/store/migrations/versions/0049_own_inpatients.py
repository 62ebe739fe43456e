"""The person in a bed of one's own whom a referral names by number is found at once."""

from __future__ import annotations

from alembic import op

from discharge.store.migrations import run_sql

revision = "0049"
down_revision = "0048"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql(op.get_bind(), "0049_own_inpatients.sql")


def downgrade() -> None:
    run_sql(op.get_bind(), "0049_own_inpatients_down.sql")
