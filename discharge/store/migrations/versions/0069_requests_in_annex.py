"""What a referral request says of abuse or danger is in the restricted annex, with a case or without."""

from __future__ import annotations

from alembic import op

from discharge.store.migrations import run_sql

revision = "0069"
down_revision = "0068"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql(op.get_bind(), "0069_requests_in_annex.sql")


def downgrade() -> None:
    run_sql(op.get_bind(), "0069_requests_in_annex_down.sql")
