"""Of a hidden person: which home is theirs, and what messages told of where they are."""

from __future__ import annotations

from alembic import op

from discharge.store.migrations import run_sql

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql(op.get_bind(), "0032_hidden_walls.sql")


def downgrade() -> None:
    run_sql(op.get_bind(), "0032_hidden_walls_down.sql")
