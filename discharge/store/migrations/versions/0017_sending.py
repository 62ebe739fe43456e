"""An item is known to have left, also when the basis for it ended meanwhile; partners can be switched off."""

from __future__ import annotations

from alembic import op

from discharge.store.migrations import run_sql

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql(op.get_bind(), "0017_sending.sql")


def downgrade() -> None:
    run_sql(op.get_bind(), "0017_sending_down.sql")
