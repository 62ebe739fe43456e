"""Stays that were given to another number or another person, so that what is said of them later follows."""

from __future__ import annotations

from alembic import op

from discharge.store.migrations import run_sql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql(op.get_bind(), "0005_moved_stays.sql")


def downgrade() -> None:
    op.execute("DROP TABLE stay_moves")
