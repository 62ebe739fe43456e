"""A hiding that another organisation asked for by label: heard of, answered by the trust, counted."""

from __future__ import annotations

from alembic import op

from discharge.store.migrations import run_sql

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql(op.get_bind(), "0030_hidings.sql")


def downgrade() -> None:
    run_sql(op.get_bind(), "0030_hidings_down.sql")
