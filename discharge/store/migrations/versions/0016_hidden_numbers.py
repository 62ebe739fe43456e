"""What hides a person takes effect in the transaction that stores the message which says it."""

from __future__ import annotations

from alembic import op

from discharge.store.migrations import run_sql

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql(op.get_bind(), "0016_hidden_numbers.sql")


def downgrade() -> None:
    run_sql(op.get_bind(), "0014_receiving_planned_once.sql", "0016_hidden_numbers_down.sql")
