"""A form that was sent after its session had ended is kept for whoever typed it."""

from __future__ import annotations

from alembic import op

from discharge.store.migrations import run_sql

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql(op.get_bind(), "0024_kept_forms.sql")


def downgrade() -> None:
    run_sql(op.get_bind(), "0024_kept_forms_down.sql")
