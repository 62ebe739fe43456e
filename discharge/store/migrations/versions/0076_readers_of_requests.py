"""Who reads what a referral says of danger is known also of one that waits as a request."""

from __future__ import annotations

from alembic import op

from discharge.store.migrations import run_sql

revision = "0076"
down_revision = "0074"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql(op.get_bind(), "0076_readers_of_requests.sql")


def downgrade() -> None:
    run_sql(op.get_bind(), "0076_readers_of_requests_down.sql")
