"""The relay tells without holding locks; late commands are tried a bounded number of times."""

from __future__ import annotations

from alembic import op

from discharge.store.migrations import run_sql

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql(op.get_bind(), "0025_every_command_ends.sql")


def downgrade() -> None:
    run_sql(op.get_bind(), "0025_every_command_ends_down.sql")
