"""A request that changes something is done once under its client's key."""

from __future__ import annotations

from alembic import op

from discharge.store.migrations import run_sql

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql(op.get_bind(), "0043_request_keys.sql")


def downgrade() -> None:
    run_sql(op.get_bind(), "0043_request_keys_down.sql")
