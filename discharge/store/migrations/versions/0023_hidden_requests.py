"""Whether a referral request is about somebody who is hidden: asked before its address is shown."""

from __future__ import annotations

from alembic import op

from discharge.store.migrations import run_sql

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql(op.get_bind(), "0023_hidden_requests.sql")


def downgrade() -> None:
    run_sql(op.get_bind(), "0023_hidden_requests_down.sql")
