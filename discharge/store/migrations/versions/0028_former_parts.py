"""A part in an earlier case is no key to a later one that others have open."""

from __future__ import annotations

from alembic import op

from discharge.store.migrations import run_sql

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql(op.get_bind(), "0028_former_parts.sql")


def downgrade() -> None:
    run_sql(op.get_bind(), "0028_former_parts_down.sql")
