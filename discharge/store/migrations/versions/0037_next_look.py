"""When a case is looked at next."""

from __future__ import annotations

from alembic import op

from discharge.store.migrations import run_sql

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql(op.get_bind(), "0037_next_look.sql")


def downgrade() -> None:
    run_sql(op.get_bind(), "0037_next_look_down.sql")
