"""A trust's own lists beside ours, day by day, and in what they differed."""

from __future__ import annotations

from alembic import op

from discharge.store.migrations import run_sql

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql(op.get_bind(), "0011_shadow.sql")


def downgrade() -> None:
    op.execute("DROP TABLE shadow_differences, shadow_lists")
