"""Items that are over, of cases that closed long ago, lie by month beside the outbox. None is moved here."""

from __future__ import annotations

from alembic import op

from discharge.store.migrations import run_sql

revision = "0051"
down_revision = "0050"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql(op.get_bind(), "0051_outbox_past.sql")


def downgrade() -> None:
    run_sql(op.get_bind(), "0051_outbox_past_down.sql")
