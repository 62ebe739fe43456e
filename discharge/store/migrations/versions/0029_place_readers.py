"""Who may know where a hidden person lies: named by the responsible trust, for a stay and until a day."""

from __future__ import annotations

from alembic import op

from discharge.store.migrations import run_sql

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql(op.get_bind(), "0029_place_readers.sql")


def downgrade() -> None:
    run_sql(op.get_bind(), "0029_place_readers_down.sql")
