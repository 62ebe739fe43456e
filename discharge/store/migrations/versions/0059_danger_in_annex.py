"""What is said of abuse or danger is in the restricted annex, where named people alone read it."""

from __future__ import annotations

from alembic import op

from discharge.store.migrations import run_sql

revision = "0059"
down_revision = "0058"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql(op.get_bind(), "0059_danger_in_annex.sql")


def downgrade() -> None:
    run_sql(op.get_bind(), "0059_danger_in_annex_down.sql")
