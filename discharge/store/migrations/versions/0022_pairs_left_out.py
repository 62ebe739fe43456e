"""Pairs of records that are not offered are written down; merged records are found by an index."""

from __future__ import annotations

from alembic import op

from discharge.store.migrations import run_sql

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql(op.get_bind(), "0022_pairs_left_out.sql")


def downgrade() -> None:
    run_sql(op.get_bind(), "0022_pairs_left_out_down.sql")
