"""The restricted annex of a case, which named people alone read."""

from __future__ import annotations

from alembic import op

from discharge.store.migrations import run_sql

revision = "0057"
down_revision = "0056"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql(op.get_bind(), "0057_safety_annex.sql")


def downgrade() -> None:
    run_sql(op.get_bind(), "0057_safety_annex_down.sql")
